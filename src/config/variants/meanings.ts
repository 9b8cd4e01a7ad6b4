import type { Experiment } from '../schema/experiment.generated.js';
import type { Values } from '../sweep/conditions.js';

/** What variants mean, each in a short name: those of the same name would train the same. */
export class VariantMeanings {
  /** Values, as JSON → the name of what they mean. */
  readonly #names = new Map<string, string>();
  readonly #sections = new SectionNames();

  /** @param config that the values make */
  note(values: Values, config: Experiment): void {
    this.#names.set(JSON.stringify(values), this.meaningOf(config));
  }

  meaningOf(config: Experiment): string {
    return this.#sections.of(trainedBy(config));
  }

  has(values: Values): boolean {
    return this.#names.has(JSON.stringify(values));
  }

  /** @param values noted before */
  of(values: Values): string {
    const name = this.#names.get(JSON.stringify(values));
    if (name === undefined) throw new Error('internal: a variant that was never looked at');
    return name;
  }
}

/** What of a configuration affects training: of the model its layers, which have inherited the rest. */
function trainedBy({ dataset, augmentation, model, training }: Experiment): object {
  return { dataset, augmentation, layers: model.layers, training };
}

/** Names for parts of configurations, which many variants share: each is read once. */
class SectionNames {
  readonly #known = new WeakMap<object, string>();
  readonly #numbers = new Map<string, number>();

  of(parts: object): string {
    return Object.values(parts)
      .map((part: unknown) => (typeof part === 'object' && part !== null ? this.#partName(part) : String(part)))
      .join(' ');
  }

  #partName(part: object): string {
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const text = JSON.stringify(part);
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    this.#known.set(part, `#${number}`);
    return `#${number}`;
  }
}
