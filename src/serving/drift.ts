import { PSI_THRESHOLDS, binOf, populationStability, quantileBounds } from './population-stability.js';

/** Bins of the quantities that are numbers. */
const BINS = 10;
/** Of more kinds the most frequent have a bin each, and all others one: of many bins, chance alone would look like drift. */
const MOST_KINDS = 20;
/** The latest predictions that are compared with the reference. */
const WINDOW = 1000;
/** Below this many, chance alone would look like drift. */
const ENOUGH = 200;

/** A quantity that is watched of each prediction. */
export interface DriftFeature {
  name: string;
  /** Its values in the model's own data; NaN where there is none. */
  reference: ArrayLike<number>;
  /** Of one that is an index, how many there are; absent of a number. */
  kinds?: number;
}

/** What predictions are compared with. */
export interface DriftReference {
  source: 'validation' | 'training';
  /** How many there are. */
  images?: number;
  rows?: number;
}

/** How far the latest inputs and answers lie from those of the model's own data. */
export interface DriftReport {
  reference: DriftReference;
  /** How many of the latest predictions are compared. */
  window: number;
  /** How many it takes to tell. */
  needed: number;
  /** Beyond which index a feature has drifted somewhat, and much. */
  thresholds: typeof PSI_THRESHOLDS;
  features: Record<string, FeatureDrift>;
}

export interface FeatureDrift {
  /** The population stability index; null until enough has been seen. */
  psi: number | null;
  level: 'unknown' | 'none' | 'moderate' | 'large';
  /** The share of each bin, in the reference and in the latest predictions. */
  expected: number[];
  observed: number[];
}

/** Watches predictions for drift. */
export class DriftMonitor {
  readonly #features: ReadonlyMap<string, FeatureWindow>;
  #seen = 0;

  constructor(
    readonly reference: DriftReference,
    features: readonly DriftFeature[],
  ) {
    this.#features = new Map(features.map((feature) => [feature.name, windowOf(feature)]));
  }

  /** @param values of the features by their names; NaN where this prediction has none */
  observe(values: Readonly<Record<string, number>>): void {
    this.#seen += 1;
    for (const [name, value] of Object.entries(values))
      if (!isNaN(value)) this.#features.get(name)?.add(Math.fround(value));
  }

  report(): DriftReport {
    const features = [...this.#features].map(([name, feature]) => [name, feature.drift()] as const);
    return {
      reference: this.reference,
      window: Math.min(this.#seen, WINDOW),
      needed: ENOUGH,
      thresholds: PSI_THRESHOLDS,
      features: Object.fromEntries(features),
    };
  }
}

function windowOf({ reference, kinds }: DriftFeature): FeatureWindow {
  const values = Array.from(reference).filter((value) => !isNaN(value));
  if (kinds === undefined) {
    const bounds = boundsOf(values);
    return new FeatureWindow(values, bounds.length + 1, (value) => binOf(value, bounds));
  }
  if (kinds <= MOST_KINDS) return new FeatureWindow(values, kinds, (value) => value);
  const frequent = mostFrequent(values, MOST_KINDS - 1);
  const others = MOST_KINDS - 1;
  return new FeatureWindow(values, MOST_KINDS, (value) => frequent.get(value) ?? others);
}

/** Of values of which nearly all are the least, what is below, the same and above it. */
function boundsOf(values: readonly number[]): number[] {
  const bounds = quantileBounds(values, BINS);
  if (bounds.length > 0 || values.length === 0) return bounds;
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  // The next float32, which the values are.
  return [least, Math.fround(least + Math.max(Math.abs(least), 1e-30) * 2 ** -23)];
}

/** The kinds that most values are of, each with its place. */
function mostFrequent(values: readonly number[], most: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts].sort(([a, first], [b, second]) => second - first || a - b).slice(0, most);
  return new Map(ranked.map(([value], place) => [value, place]));
}

/** The latest values of one quantity, as bins. */
class FeatureWindow {
  readonly #binOf: (value: number) => number;
  readonly #expected: Float64Array;
  readonly #observed: Float64Array;
  readonly #latest = new Int32Array(WINDOW);
  #seen = 0;

  constructor(reference: readonly number[], bins: number, toBin: (value: number) => number) {
    this.#binOf = toBin;
    this.#expected = new Float64Array(bins);
    this.#observed = new Float64Array(bins);
    for (const value of reference) this.#expected[toBin(value)] += 1;
  }

  /** How many values it holds. */
  get count(): number {
    return Math.min(this.#seen, WINDOW);
  }

  add(value: number): void {
    const slot = this.#seen % WINDOW;
    if (this.#seen >= WINDOW) this.#observed[this.#latest[slot]] -= 1;
    this.#latest[slot] = this.#binOf(value);
    this.#observed[this.#latest[slot]] += 1;
    this.#seen += 1;
  }

  drift(): FeatureDrift {
    const [expected, observed] = [this.#expected, this.#observed].map(sharesOf);
    const psi = this.count < ENOUGH ? null : populationStability(this.#expected, this.#observed);
    return { psi, level: levelOf(psi), expected, observed };
  }
}

function levelOf(psi: number | null): FeatureDrift['level'] {
  if (psi === null) return 'unknown';
  if (psi > PSI_THRESHOLDS.large) return 'large';
  return psi > PSI_THRESHOLDS.moderate ? 'moderate' : 'none';
}

/** All 0 of no counts. */
function sharesOf(counts: Float64Array): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Array.from(counts, (count) => Number((count / Math.max(1, total)).toPrecision(4)));
}
