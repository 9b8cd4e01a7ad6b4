import { type Attribute, AttributeKind } from './attributes.js';
import { DataType, type Pointer } from './c-api.js';
import type { TensorMetadata } from './eager.js';
import type { TensorValues } from './tensors.js';

interface Typed {
  shape: readonly number[];
  dtype: number;
}

interface Line {
  operation?: Pointer;
  sources: string[];
  controls: Pointer[];
  text: (names: (keys: string[]) => string) => string;
  results: { key: string; type: Typed }[];
}

const typeNames: Partial<Record<number, string>> = Object.fromEntries(
  Object.entries(DataType).map(([name, number]) => [number, name]),
);
const SHOWN_VALUES = 8;

/**
 * The text of a traced program, for people and snapshot tests: one op a line, in the order traced, without those that
 * no result needs.
 *
 * ```
 * step(%0: int32[128], %1: uint8[60000,28,28,1])
 *   %2 = GatherV2(%1, %0, 0) {batch_dims=0} : uint8[128,28,28,1]
 * ```
 */
export class ProgramListing {
  readonly #lines: Line[] = [];
  readonly #types = new Map<string, Typed>();

  constructor(readonly name: string) {}

  input(key: string, type: Typed): void {
    this.#add({ sources: [], controls: [], text: () => 'Input', results: [{ key, type }] });
  }

  capture(key: string, type: Typed): void {
    this.#add({ sources: [], controls: [], text: () => 'Capture', results: [{ key, type }] });
  }

  constant(key: string, type: Typed, values: TensorValues): void {
    const shown = Array.isArray(values)
      ? []
      : Array.from(values.subarray(0, SHOWN_VALUES) as ArrayLike<unknown>, String);
    const more = values.length > SHOWN_VALUES ? ', …' : '';
    this.#add({
      sources: [],
      controls: [],
      text: () => `Const [${shown.join(', ')}${more}]`,
      results: [{ key, type }],
    });
  }

  operation(
    operation: Pointer,
    name: string,
    attributes: Attribute[],
    sources: string[],
    controls: Pointer[],
    outputs: TensorMetadata[],
  ): void {
    const shown = attributes.map(attributeText).filter((text) => text !== undefined);
    const settings = shown.length > 0 ? ` {${shown.join(', ')}}` : '';
    this.#add({
      operation,
      sources,
      controls,
      text: (names) => `${name}(${names(sources)})${settings}`,
      results: outputs.map((type, index) => ({ key: `${operation}:${index}`, type })),
    });
  }

  setShape(key: string, shape: readonly number[]): void {
    const type = this.#types.get(key);
    if (type) type.shape = shape;
  }

  /** The whole text, given what the function returns and the ops that it runs for their effect. */
  end(outputs: string[], effects: Pointer[]): string {
    const live = this.#liveLines(outputs, effects);
    const numbers = new Map<string, string>();
    const name = (key: string): string => numbers.get(key) ?? '%?';
    const names = (keys: string[]): string => keys.map(name).join(', ');
    const body = live.map((line) => {
      const text = line.text(names);
      const results = line.results.map(({ key }) => {
        numbers.set(key, `%${numbers.size}`);
        return name(key);
      });
      const types = line.results.map(({ key }) => typeText(this.#types.get(key)));
      return results.length > 0 ? `  ${results.join(', ')} = ${text} : ${types.join(', ')}` : `  ${text}`;
    });
    return [`${this.name}:`, ...body, `  return ${names(outputs)}`].join('\n');
  }

  #add(line: Line): void {
    this.#lines.push(line);
    for (const { key, type } of line.results) this.#types.set(key, { ...type });
  }

  #liveLines(outputs: string[], effects: Pointer[]): Line[] {
    const needed = new Set(outputs);
    const run = new Set(effects);
    const live = this.#lines.toReversed().filter((line) => {
      const isInput = line.operation === undefined && line.sources.length === 0;
      const isNeeded = line.results.some(({ key }) => needed.has(key));
      const isRun = line.operation !== undefined && run.has(line.operation);
      if (!isNeeded && !isRun) return isInput && line.text(() => '') === 'Input';
      line.sources.forEach((source) => needed.add(source));
      line.controls.forEach((control) => run.add(control));
      return true;
    });
    return live.reverse();
  }
}

function typeText(type: Typed | undefined): string {
  if (!type) return '?';
  return `${typeNames[type.dtype] ?? type.dtype}[${type.shape.join(',')}]`;
}

/** Types are shown by the results; attributes that only repeat them would be noise. */
function attributeText({ name, type, value }: Attribute): string | undefined {
  if (type === AttributeKind.type) return undefined;
  if (type === AttributeKind.bytes) return `${name}=<bytes>`;
  return `${name}=${JSON.stringify(value)}`;
}
