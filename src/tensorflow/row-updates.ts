import { type Attribute, boolAttribute, typeAttribute } from './attributes.js';
import type { Binding } from './binding.js';
import { DataType } from './c-api.js';

const FLOAT = DataType.float32;
const INT = DataType.int32;
const T = typeAttribute('T', FLOAT);
const INDICES = typeAttribute('Tindices', INT);

/** `RowUpdateRule` with the numbers of its tensors. */
interface NativeRowUpdate {
  op: string;
  handles: readonly number[];
  constants: readonly number[];
  indices: number;
  values: number;
  width: number;
  decay?: { slots: readonly { handle: number; rate: number }[]; lastUpdate: number; iteration: number };
}

/**
 * Updates the rows of a table that have a gradient. How many these are is known to the engine alone, which is why this is
 * written in TensorFlow's ops: tfjs knows no tensor of unknown size.
 */
export function updateRows(binding: Binding, { op, handles, constants, width, ...update }: NativeRowUpdate): void {
  const ops = new Ops(binding);
  const [rows, positions] = ops.run(
    'Unique',
    [T_OF(INT), typeAttribute('out_idx', INT)],
    [ops.reshaped(update.indices, [-1], INT)],
    2,
  );
  const [count] = ops.run('Size', [T_OF(INT), typeAttribute('out_type', INT)], [rows]);
  const [gradient] = ops.run(
    'UnsortedSegmentSum',
    [T, INDICES, typeAttribute('Tnumsegments', INT)],
    [ops.reshaped(update.values, [-1, width], FLOAT), positions, count],
  );
  if (update.decay) catchUp(ops, rows, update.decay);
  ops.run(op, [T, INDICES], [...handles, ...constants, gradient, rows], 0);
  ops.dispose();
}

/** Shrinks the slots of these rows as often as the steps did that left them out: by rate^(steps). */
function catchUp(ops: Ops, rows: number, { slots, lastUpdate, iteration }: Required<NativeRowUpdate>['decay']): void {
  const cast = [typeAttribute('SrcT', INT), typeAttribute('DstT', FLOAT), boolAttribute('Truncate', false)];
  const [done] = ops.run('Cast', cast, [iteration]);
  const last = ops.gathered(lastUpdate, rows);
  const [missed] = ops.run('Sub', [T], [done, last]);
  for (const { handle, rate } of slots) {
    const [factor] = ops.run('Pow', [T], [ops.scalar(rate), missed]);
    const [shrunk] = ops.run('Mul', [T], [ops.gathered(handle, rows), factor]);
    ops.scatter(handle, rows, shrunk);
  }
  const [next] = ops.run('AddV2', [T], [done, ops.scalar(1)]);
  const [zeros] = ops.run('ZerosLike', [T], [last]);
  const [present] = ops.run('AddV2', [T], [zeros, next]);
  ops.scatter(lastUpdate, rows, present);
}

const T_OF = (type: number): Attribute => typeAttribute('T', type);

/** Ops on numbers of tensors; the tensors they make are freed together. */
class Ops {
  readonly #binding: Binding;
  readonly #made: number[] = [];

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  run(op: string, attributes: Attribute[], inputs: number[], outputs = 1): number[] {
    const ids = this.#binding.executeOp(op, attributes, inputs, outputs).map(({ id }) => id);
    this.#made.push(...ids);
    return ids;
  }

  scalar(value: number): number {
    return this.#constant([], FLOAT, Float32Array.of(value));
  }

  reshaped(tensor: number, shape: number[], type: number): number {
    const size = this.#constant([shape.length], INT, Int32Array.from(shape));
    return this.run('Reshape', [T_OF(type), typeAttribute('Tshape', INT)], [tensor, size])[0];
  }

  gathered(handle: number, rows: number): number {
    return this.run('ResourceGather', [typeAttribute('dtype', FLOAT), INDICES], [handle, rows])[0];
  }

  scatter(handle: number, rows: number, values: number): void {
    this.run('ResourceScatterUpdate', [typeAttribute('dtype', FLOAT), INDICES], [handle, rows, values], 0);
  }

  dispose(): void {
    for (const id of this.#made) this.#binding.deleteTensor(id);
  }

  #constant(shape: number[], type: number, values: Float32Array | Int32Array): number {
    const id = this.#binding.createTensor(shape, type, values);
    this.#made.push(id);
    return id;
  }
}
