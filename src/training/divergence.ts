import type { TrainingConfig } from '../config/schema/experiment.generated.js';

/**
 * Explains a training whose values became NaN or infinite.
 * @param what was found not to be finite
 * @param by the epoch (from 1) and its step by which it was found
 */
export function describeDivergence(
  what: 'loss' | 'weights',
  { epoch, step }: { epoch: number; step: number },
  { optimizer, gradient_clipping: clipping }: TrainingConfig,
): string {
  const found = what === 'loss' ? 'the training loss is not a finite number' : 'some weights are not finite numbers';
  const repair = clipping ? '' : ', or set training.gradient_clipping';
  return (
    `${found} by step ${step} of epoch ${epoch}; the likely cause is too high a learning rate ` +
    `(${optimizer.learning_rate}): lower training.optimizer.learning_rate${repair}`
  );
}
