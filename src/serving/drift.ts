import type { ValueName } from '../inference/class-values.js';
import type { Reference } from '../inference/tasks.js';
import { PSI_THRESHOLDS, binOf, populationStability, quantileBounds } from './population-stability.js';

/** Bins of the quantities that are numbers. */
const BINS = 10;
/** The latest predictions that are compared with the reference. */
const WINDOW = 1000;
/** Below this many, chance alone would look like drift. */
const ENOUGH = 200;

/** What is watched of each prediction. */
export interface Observation {
  /** Of the image: 0 to 1. */
  brightness: number;
  contrast: number;
  /** The greatest value of a class: the probability, if the model gives them. */
  confidence: number;
  /** Index of the class. */
  prediction: number;
}

type ObservedFeature = keyof Observation;

/** How far the latest inputs and answers lie from those of the model's own data. */
export interface DriftReport {
  /** What is compared with: images of the run's dataset. */
  reference: { source: Reference['source']; images: number };
  /** How many of the latest predictions are compared. */
  window: number;
  /** How many it takes to tell. */
  needed: number;
  /** Beyond which index a feature has drifted somewhat, and much. */
  thresholds: typeof PSI_THRESHOLDS;
  /** `brightness`, `contrast`, `prediction`, and `confidence`, which of a model without probabilities is `output`. */
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
  readonly #reference: DriftReport['reference'];
  readonly #features: Record<ObservedFeature, FeatureWindow>;
  readonly #values: ValueName;

  /**
   * @param classes how many there are
   * @param values what the model says of them
   */
  constructor(reference: Reference, classes: number, values: ValueName = 'probability') {
    this.#values = values;
    this.#reference = { source: reference.source, images: reference.predictions.length };
    const number = (values: Float32Array): FeatureWindow => {
      const bounds = quantileBounds(values, BINS);
      return new FeatureWindow(values, bounds.length + 1, (value) => binOf(value, bounds));
    };
    this.#features = {
      brightness: number(reference.brightness),
      contrast: number(reference.contrast),
      confidence: number(reference.confidence),
      prediction: new FeatureWindow(reference.predictions, classes, (value) => value),
    };
  }

  observe(observation: Observation): void {
    for (const [name, value] of Object.entries(observation))
      this.#features[name as ObservedFeature].add(value as number);
  }

  report(): DriftReport {
    const { brightness, contrast, confidence, prediction } = this.#features;
    return {
      reference: this.#reference,
      window: prediction.count,
      needed: ENOUGH,
      thresholds: PSI_THRESHOLDS,
      features: {
        brightness: brightness.drift(),
        contrast: contrast.drift(),
        [this.#values === 'probability' ? 'confidence' : 'output']: confidence.drift(),
        prediction: prediction.drift(),
      },
    };
  }
}

/** The latest values of one quantity, as bins. */
class FeatureWindow {
  readonly #binOf: (value: number) => number;
  readonly #expected: Float64Array;
  readonly #observed: Float64Array;
  readonly #latest = new Int32Array(WINDOW);
  #seen = 0;

  constructor(reference: ArrayLike<number>, bins: number, toBin: (value: number) => number) {
    this.#binOf = toBin;
    this.#expected = new Float64Array(bins);
    this.#observed = new Float64Array(bins);
    for (const value of Array.from(reference)) this.#expected[toBin(value)] += 1;
  }

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
