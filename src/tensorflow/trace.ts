import { type Attribute, boolAttribute, setAttribute, typeAttribute } from './attributes.js';
import { type CApi, DataType, type Output, type Pointer, int64s } from './c-api.js';
import type { EagerExecutor, TensorMetadata } from './eager.js';
import { ProgramListing } from './listing.js';
import { inputTypes, withType } from './mixed-precision.js';
import type { Precision } from './precision.js';
import { type TensorValues, newTensor } from './tensors.js';

/** What a traced function takes: `-1` stands for a size that isn't known. */
export interface Signature {
  shape: readonly number[];
  dtype: number;
}

/** A graph function that the context knows by its name and runs as one op. */
export interface TracedFunction {
  name: string;
  /** Eager tensors that the body used without being given them; they are passed after the inputs, at every call. */
  captures: number[];
  inputs: Signature[];
  outputs: Signature[];
  /** The program, one op a line: see `ProgramListing`. */
  listing: string;
}

/** Ops some of whose arguments are lists: how many tensors each argument takes, given how many there are in all. */
const listArguments: Partial<Record<string, (count: number) => ArgumentSizes>> = {
  AddN: (count) => [count],
  ConcatV2: (count) => [count - 1, undefined],
  DynamicStitch: (count) => [count / 2, count / 2],
  Einsum: (count) => [count],
  IdentityN: (count) => [count],
  Pack: (count) => [count],
  PartitionedCall: (count) => [count],
  StatefulPartitionedCall: (count) => [count],
  While: (count) => [count],
};

/** A size for each argument; `undefined` for one that is a single tensor, not a list. */
type ArgumentSizes = (number | undefined)[];

/** Ops whose effect is on a variable: they run in the order traced, and whether or not an output needs them. */
const isStateful = (name: string): boolean =>
  name.startsWith('ResourceApply') ||
  name.startsWith('ResourceSparseApply') ||
  name.startsWith('ResourceScatter') ||
  name.startsWith('Assign') ||
  name === 'While' ||
  name === 'StatefulPartitionedCall';

/**
 * Records ops into a graph (`TF_Graph`) in place of executing them, and makes a function of it. Tensors are numbers of
 * the same sequence as eager ones, so that tfjs can't tell the difference.
 */
export class GraphTrace {
  readonly #api: CApi;
  readonly #graph: Pointer;
  readonly #symbols = new Map<number, Output>();
  readonly #inputs: { output: Output; signature: Signature }[] = [];
  readonly #captures = new Map<number, { output: Output; signature: Signature }>();
  readonly #effects: Pointer[] = [];
  /** By resource tensor: the last op that changed it, and those that read it since. */
  readonly #accesses = new Map<Pointer, { write?: Pointer; reads: Pointer[] }>();
  readonly #listing: ProgramListing;
  /** By source and type: what was cast once needn't be again. */
  readonly #casts = new Map<string, Output>();
  #operations = 0;

  constructor(
    readonly executor: EagerExecutor,
    readonly name: string,
    /** The trace within which this one runs, whose symbols it may use as well. */
    readonly parent?: GraphTrace,
    readonly precision: Precision = 'float32',
  ) {
    this.#api = executor.api;
    this.#graph = this.#api.pointer('TF_NewGraph');
    this.#listing = new ProgramListing(name);
  }

  /** Declares the next input of the function. */
  input(signature: Signature): TensorMetadata {
    const output = this.#placeholder(signature);
    this.#inputs.push({ output, signature });
    const id = this.executor.reserveId();
    this.#symbols.set(id, output);
    this.#listing.input(outputKey(output), signature);
    return { id, shape: [...signature.shape], dtype: signature.dtype };
  }

  /** A constant of the program. */
  constant(id: number, shape: readonly number[], dtype: number, values: TensorValues): void {
    const description = this.#newOperation('Const');
    const tensor = newTensor(this.#api, dtype, shape, values);
    this.#api.checked('TF_SetAttrTensor', description, 'value', tensor);
    this.#api.call('TF_DeleteTensor', tensor);
    this.#api.call('TF_SetAttrType', description, 'dtype', dtype);
    const output = { oper: this.#api.checkedPointer('TF_FinishOperation', description), index: 0 };
    this.#symbols.set(id, output);
    this.#listing.constant(outputKey(output), { shape, dtype }, values);
  }

  /** Forgets a symbol; what was recorded stays. */
  deleteTensor(id: number): void {
    this.#symbols.delete(id);
  }

  execute(name: string, attributes: Attribute[], inputs: readonly number[], outputCount: number): TensorMetadata[] {
    const symbols = inputs.map((id) => this.#symbol(id));
    if (this.precision === 'float32') return this.#append(name, attributes, symbols, outputCount);
    const types = inputTypes(
      name,
      symbols.map((symbol) => this.#typeOf(symbol)),
    );
    const sources = symbols.map((symbol, index) => this.#cast(symbol, types[index]));
    return this.#append(name, withType(attributes, types), sources, outputCount);
  }

  #append(name: string, attributes: Attribute[], sources: Output[], outputCount: number): TensorMetadata[] {
    const description = this.#newOperation(name);
    const sizes = listArguments[name]?.(sources.length);
    if (sizes) this.#addLists(description, sources, sizes);
    else for (const source of sources) this.#api.call('TF_AddInput', description, source);
    const controls = this.#controlInputs(name, sources);
    for (const control of controls) this.#api.call('TF_AddControlInput', description, control);
    for (const attribute of attributes) {
      // TensorFlow infers how long a list is, and refuses to be told as well.
      if (!(sizes && attribute.name === 'N')) setAttribute(this.#api, 'graph', description, attribute);
    }
    const oper = this.#api.checkedPointer('TF_FinishOperation', description);
    this.#recordAccess(name, oper, sources);
    const outputs = Array.from({ length: outputCount }, (_, index) => this.#describe({ oper, index }));
    this.#listing.operation(oper, name, attributes, sources.map(outputKey), controls, outputs);
    return outputs;
  }

  /** States the shape of a tensor that TensorFlow couldn't infer (what is read from a variable). */
  setShape(id: number, shape: readonly number[]): void {
    this.#api.checked('TF_GraphSetTensorShape', this.#graph, this.#symbol(id), int64s(shape), shape.length);
    this.#listing.setShape(outputKey(this.#symbol(id)), shape);
  }

  /** Makes the function, which the context knows from here on. */
  finish(outputIds: readonly number[]): TracedFunction {
    const outputs = outputIds.map((id) => this.#inFloat32(this.#symbol(id)));
    const inputs = [...this.#inputs, ...this.#captures.values()];
    const functionPointer = this.#toFunction(
      inputs.map((input) => input.output),
      outputs,
    );
    this.#api.checked('TFE_ContextAddFunction', this.executor.context, functionPointer);
    this.#api.call('TF_DeleteFunction', functionPointer);
    return {
      name: this.name,
      captures: [...this.#captures.keys()],
      inputs: this.#inputs.map((input) => input.signature),
      outputs: outputs.map((output) => this.#signature(output)),
      listing: this.#listing.end(outputs.map(outputKey), this.#effects),
    };
  }

  /** Frees the graph; the function made of it stays. */
  dispose(): void {
    this.#api.call('TF_DeleteGraph', this.#graph);
  }

  #toFunction(inputs: Output[], outputs: Output[]): Pointer {
    const effects = BigUint64Array.from(this.#effects);
    return this.#api.checkedPointer(
      'TF_GraphToFunctionWithControlOutputs',
      this.#graph,
      this.name,
      0,
      -1,
      null,
      inputs.length,
      inputs,
      outputs.length,
      outputs,
      null,
      effects.length,
      effects,
      null,
      null,
      null,
    );
  }

  #newOperation(name: string): Pointer {
    this.#operations += 1;
    return this.#api.pointer('TF_NewOperation', this.#graph, name, `${name}_${this.#operations}`);
  }

  #placeholder({ shape, dtype }: Signature): Output {
    const description = this.#newOperation('Placeholder');
    this.#api.call('TF_SetAttrType', description, 'dtype', dtype);
    this.#api.call('TF_SetAttrShape', description, 'shape', int64s(shape), shape.length);
    return { oper: this.#api.checkedPointer('TF_FinishOperation', description), index: 0 };
  }

  #addLists(description: Pointer, sources: Output[], sizes: ArgumentSizes): void {
    let next = 0;
    for (const size of sizes) {
      if (size === undefined) this.#api.call('TF_AddInput', description, sources[next]);
      else this.#api.call('TF_AddInputList', description, sources.slice(next, next + size), size);
      next += size ?? 1;
    }
  }

  /** The symbol of a tensor; one from outside (eager, or of the parent) becomes one more input of the function. */
  #symbol(id: number): Output {
    const known = this.#symbols.get(id) ?? this.#captures.get(id)?.output;
    if (known) return known;
    const signature = this.#outerSignature(id);
    const output = this.#placeholder(signature);
    this.#captures.set(id, { output, signature });
    this.#listing.capture(outputKey(output), signature);
    return output;
  }

  #outerSignature(id: number): Signature {
    if (this.executor.has(id)) return { shape: this.executor.shape(id), dtype: this.executor.dataType(id) };
    if (!this.parent) throw new Error(`internal: tensor ${id} is no symbol of "${this.name}"`);
    return this.parent.#signature(this.parent.#symbol(id));
  }

  #typeOf(output: Output): number {
    return this.#api.call('TF_OperationOutputType', output);
  }

  #cast(source: Output, type: number): Output {
    const from = this.#typeOf(source);
    if (from === type) return source;
    const key = `${outputKey(source)} ${type}`;
    const known = this.#casts.get(key);
    if (known) return known;
    const attributes = [typeAttribute('SrcT', from), typeAttribute('DstT', type), boolAttribute('Truncate', false)];
    const [{ id }] = this.#append('Cast', attributes, [source], 1);
    const cast = this.#symbol(id);
    this.#casts.set(key, cast);
    return cast;
  }

  #inFloat32(output: Output): Output {
    return this.#typeOf(output) === DataType.bfloat16 ? this.#cast(output, DataType.float32) : output;
  }

  /** What must have run before an op may touch the variables it is given. */
  #controlInputs(name: string, sources: Output[]): Pointer[] {
    const writes = isStateful(name);
    const before = sources.flatMap((source) => {
      const access = this.#accesses.get(source.oper);
      if (!access) return [];
      return [...(access.write === undefined ? [] : [access.write]), ...(writes ? access.reads : [])];
    });
    return [...new Set(before)];
  }

  #recordAccess(name: string, oper: Pointer, sources: Output[]): void {
    const writes = isStateful(name);
    if (writes) this.#effects.push(oper);
    for (const source of sources) {
      if (this.#typeOf(source) !== DataType.resource) continue;
      const access = this.#accesses.get(source.oper);
      if (writes) this.#accesses.set(source.oper, { write: oper, reads: [] });
      else if (access) access.reads.push(oper);
      else this.#accesses.set(source.oper, { reads: [oper] });
    }
  }

  #describe(output: Output): TensorMetadata {
    const id = this.executor.reserveId();
    this.#symbols.set(id, output);
    const { shape, dtype } = this.#signature(output);
    // tfjs knows no bfloat16: to it, such tensors are float32.
    return { id, shape: [...shape], dtype: dtype === DataType.bfloat16 ? DataType.float32 : dtype };
  }

  #signature(output: Output): Signature {
    const rank = this.#api.checked('TF_GraphGetTensorNumDims', this.#graph, output);
    const sizes = new BigInt64Array(Math.max(rank, 0));
    if (rank > 0) this.#api.checked('TF_GraphGetTensorShape', this.#graph, output, sizes, rank);
    return { shape: Array.from(sizes, Number), dtype: this.#typeOf(output) };
  }
}

const outputKey = (output: Output): string => `${output.oper}:${output.index}`;
