import type { Experiment, SweepConfig } from '../config/schema/experiment.generated.js';
import { type Axis, axesOf, presentKeys } from '../config/sweep/axes.js';
import { includedValues } from '../config/sweep/names.js';
import type { Values } from '../config/sweep/conditions.js';
import { inOrderOf, isExcluded } from '../config/variants/sweep.js';
import { nativeSeed } from '../random.js';
import { OptunaProcess, type Suggestion } from './optuna-process.js';
import { axisName, numberFor, spaceOf, valuesFrom } from './search-space.js';

/** How a variant did: its metric, or that it has none. What diverged did badly: `PRUNED`, not `FAILED`. */
export type Result = number | 'FAILED' | 'PRUNED';

/** Proposals that were made before or are excluded are asked for again: first of Optuna's model, then by chance. */
const MODEL_ATTEMPTS = 20;
const ATTEMPTS = 200;

/**
 * Proposes the variants of a sweep of method `bayes` by what is known of those before: first those of `include`, then
 * Optuna's (tree-structured Parzen estimator, Bergstra et al., 2011). Seeded by `training.seed`: after the same results
 * it proposes the same, in whichever process.
 */
export class BayesSearch {
  readonly #optuna: OptunaProcess;
  readonly #base: Experiment;
  readonly #sweep: SweepConfig;
  readonly #axes: readonly Axis[];
  /** Variants so far, as JSON → Optuna's trial that is still to be told; undefined for none. */
  readonly #trials = new Map<string, number | undefined>();
  /** Optuna answers one request after another; so what belongs together is done together. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(optuna: OptunaProcess, base: Experiment, sweep: SweepConfig) {
    this.#optuna = optuna;
    this.#base = base;
    this.#sweep = sweep;
    this.#axes = axesOf(sweep).axes;
  }

  /**
   * @param base an experiment whose sweep is of method `bayes`
   * @param python an interpreter that has Optuna (`ensureOptuna`)
   * @throws UserError `search-failed`
   */
  static async start(base: Experiment, python: string): Promise<BayesSearch> {
    const { sweep } = base;
    if (!sweep) throw new Error('internal: a search without a sweep');
    return new BayesSearch(await OptunaProcess.start(python, sweep.metric.goal), base, sweep);
  }

  /**
   * The values of the next variant. Several may be asked for before the first is told: they keep apart.
   * @returns undefined when `run_cap` variants were proposed, or nothing new is left to propose
   */
  ask(): Promise<Values | undefined> {
    return this.#inTurn(async () => {
      if (this.#trials.size >= (this.#sweep.run_cap ?? Infinity)) return undefined;
      const waiting = includedValues(this.#sweep).find((values) => !this.#trials.has(this.#identity(values)));
      if (!waiting) return this.#propose();
      await this.#add(waiting);
      return waiting;
    });
  }

  /** Takes up a variant that an earlier process proposed. Call it in the order of the proposals, then tell the results. */
  restore(values: Values): Promise<void> {
    return this.#inTurn(() => this.#add(values));
  }

  /** How a variant did. One that was not asked for (but is possible) is learnt from as well. */
  tell(values: Values, result: Result): Promise<void> {
    return this.#inTurn(async () => {
      const identity = this.#identity(values);
      if (!this.#trials.has(identity)) await this.#add(values);
      const trial = this.#trials.get(identity);
      if (trial === undefined) return;
      this.#trials.set(identity, undefined);
      const value = typeof result === 'number' && Number.isFinite(result) ? result : null;
      await this.#optuna.tell(trial, value === null ? (result === 'PRUNED' ? 'PRUNED' : 'FAIL') : 'COMPLETE', value);
    });
  }

  /** Ends Optuna's process. */
  close(): void {
    this.#optuna.close();
  }

  async #propose(): Promise<Values | undefined> {
    const place = this.#trials.size;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seed = nativeSeed(this.#base.training.seed, `bayes/${place}/${attempt}`);
      const trial = await this.#optuna.ask(seed, attempt < MODEL_ATTEMPTS ? 'tpe' : 'random');
      const values = await this.#suggested(trial);
      const identity = this.#identity(values);
      if (!this.#trials.has(identity) && !isExcluded(values, this.#sweep)) {
        this.#trials.set(identity, trial);
        return values;
      }
      await this.#optuna.tell(trial, 'FAIL', null);
    }
    return undefined;
  }

  async #suggested(trial: number): Promise<Values> {
    let values: Values = {};
    for (const axis of this.#axes) {
      const there = presentKeys(axis, values, this.#base);
      if (there.length === 0) continue;
      const number = await this.#optuna.suggest(trial, axisName(axis), spaceOf(axis));
      values = { ...values, ...valuesFrom(axis, there, number) };
    }
    return inOrderOf(this.#sweep, values);
  }

  /** Makes a variant known; Optuna learns of it if it could have proposed it. */
  async #add(values: Values): Promise<void> {
    const parameters = this.#axes.flatMap((axis): Suggestion[] => {
      const value = numberFor(axis, values);
      return value === undefined ? [] : [{ name: axisName(axis), space: spaceOf(axis), value }];
    });
    const known = this.#axes.filter((axis) => numberFor(axis, values) !== undefined).flatMap(({ keys }) => keys);
    const isPossible = parameters.length > 0 && Object.keys(values).every((key) => known.includes(key));
    this.#trials.set(this.#identity(values), isPossible ? await this.#optuna.add(parameters) : undefined);
  }

  #identity(values: Values): string {
    return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
