import * as tf from '@tensorflow/tfjs';
import type { OptimizerConfig } from '../config/schema/experiment.generated.js';
import type { RowGradient, Runtime, Variable } from '../tensorflow/runtime.js';
import { type UpdateRule, type UpdateStep, gradientDescent, updateRule } from './update-rules.js';

/** Changes a model's weights by their gradients. */
export interface Optimizer {
  /**
   * Does one update; inside a traced step.
   * @param gradients one for each weight, in their order, for a table that of its rows; undefined for a weight that stays as it is
   * @param learningRate float32 scalar
   * @param iteration updates done before: int32 scalar, 0 for the first
   */
  apply(gradients: readonly (Gradient | undefined)[], learningRate: tf.Tensor, iteration: tf.Tensor): void;
  /** Everything besides the weights that an exact resume needs. */
  readonly slots: Variable[];
  /** Frees the slots. */
  dispose(): void;
}

/** Of a weight, or of those rows of a table that were read. */
export type Gradient = tf.Tensor | RowGradient;

/** How a weight is trained that isn't trained as the others are. */
export interface Pace {
  /** Of the learning rate. */
  multiplier: number;
  /** The step of the training, from 0, that is its first. */
  firstStep: number;
}

const ORDINARY: Pace = { multiplier: 1, firstStep: 0 };

/** What an optimizer needs of the engine. */
type UpdateEngine = Pick<Runtime, 'variable' | 'update' | 'updateRows' | 'hasFusedUpdates'>;

/**
 * The optimizers of Keras 3, to the formula; each weight is updated by one fused op of TensorFlow, where the engine has
 * them, else by tfjs's ops.
 * @param weights what is trained; not disposed
 * @param paces of the weights, in their order; a weight whose first step comes later starts as with a fresh optimizer
 * @param tables the weights whose gradients will be of rows: only with a rule that has `rowDecays`
 */
export function createOptimizer(
  config: OptimizerConfig,
  weights: readonly Variable[],
  runtime: UpdateEngine,
  paces: readonly Pace[] = weights.map(() => ORDINARY),
  tables: ReadonlySet<Variable> = new Set(),
): Optimizer {
  const rule = updateRule(config);
  const slotsOf = weights.map((weight) =>
    Object.entries(rule.slots).map(([name, initial]) => newSlot(runtime, weight, weight.shape, name, initial)),
  );
  const shrinks = Object.keys(rule.rowDecays ?? {}).length > 0;
  const lastUpdates = new Map(
    [...(shrinks ? tables : [])].map((table) => [
      table,
      newSlot(runtime, table, [table.shape[0], 1], 'last_update', 0),
    ]),
  );
  const slots = [...slotsOf.flat(), ...lastUpdates.values()];
  return {
    slots,
    apply: (gradients, learningRate, iteration) => {
      const stepAt = stepsByPace(rule, learningRate, iteration);
      weights.forEach((weight, index) => {
        const gradient = gradients[index];
        if (!gradient) return;
        const { decay, step, done } = stepAt(paces[index]);
        if (decay) applyStep(runtime, decay, [weight], weight.read());
        const variables = [weight, ...slotsOf[index]];
        if (gradient instanceof tf.Tensor) applyStep(runtime, step, variables, gradient);
        else applyToRows(runtime, rule, step, { variables, gradient, lastUpdate: lastUpdates.get(weight), done });
      });
    },
    dispose: () => {
      for (const slot of slots) slot.dispose();
    },
  };
}

interface PacedStep {
  /** Decoupled weight decay is a step of plain gradient descent along the weight itself; Keras takes it first. */
  decay: UpdateStep | undefined;
  step: UpdateStep;
  /** Updates of these weights done before: int32 scalar. */
  done: tf.Tensor;
}

/** The rule's step for weights of each pace, made once. */
function stepsByPace(rule: UpdateRule, learningRate: tf.Tensor, iteration: tf.Tensor): (pace: Pace) => PacedStep {
  const known = new Map<string, PacedStep>();
  return ({ multiplier, firstStep }) => {
    const key = `${multiplier}/${firstStep}`;
    const step = known.get(key) ?? stepAt(multiplier, firstStep);
    known.set(key, step);
    return step;
  };

  function stepAt(multiplier: number, firstStep: number): PacedStep {
    const rate = multiplier === 1 ? learningRate : tf.mul(learningRate, multiplier);
    const done = firstStep === 0 ? iteration : tf.sub(iteration, tf.scalar(firstStep, 'int32'));
    const decay = rule.weightDecay > 0 ? gradientDescent(tf.mul(rate, rule.weightDecay)) : undefined;
    return { decay, step: rule.step(rate, done), done };
  }
}

function newSlot(
  runtime: UpdateEngine,
  weight: Variable,
  shape: readonly number[],
  name: string,
  initial: number,
): Variable {
  const value = tf.fill([...shape], initial);
  const slot = runtime.variable(`${weight.name}/${name}`, value);
  value.dispose();
  return slot;
}

/** @param variables the weight, then its slots in the rule's order */
function applyStep(runtime: UpdateEngine, step: UpdateStep, variables: readonly Variable[], gradient: tf.Tensor): void {
  if (runtime.hasFusedUpdates) {
    runtime.update({ op: step.op, variables, inputs: step.inputs(gradient), attributes: step.attributes });
    return;
  }
  const before = variables.map((variable) => variable.read());
  step.formula(gradient, before).forEach((after, index) => {
    variables[index].assign(after);
  });
}

/** @param of.variables the table, then its slots in the rule's order */
function applyToRows(
  runtime: UpdateEngine,
  rule: UpdateRule,
  step: UpdateStep,
  of: { variables: readonly Variable[]; gradient: RowGradient; lastUpdate: Variable | undefined; done: tf.Tensor },
): void {
  if (!step.rows) throw new Error('internal: this optimizer has no updates of rows');
  const rates = Object.keys(rule.slots).map((name) => rule.rowDecays?.[name] ?? 1);
  const slots = of.variables.slice(1).map((variable, index) => ({ variable, rate: rates[index] }));
  const { variables, gradient, lastUpdate, done } = of;
  const decay = lastUpdate && { slots: slots.filter(({ rate }) => rate !== 1), lastUpdate, iteration: done };
  runtime.updateRows({ ...step.rows, variables, gradient, decay });
}
