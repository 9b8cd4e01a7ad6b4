import { parseReference, modelLabel } from './config/model-reference.js';
import { UserError, messageOf } from './errors.js';
import type { Job } from './job.js';
import { digestOfModel } from './model/digest.js';
import { transferWeights } from './model/initial-weights.js';
import type { InitializedEvent } from './run-events.js';
import type { RunSetup } from './run-setup.js';

/**
 * Lets a run start from the weights of another model, if it is to.
 * @throws UserError `initial-weights-changed` when the model isn't the one whose digest the configuration has,
 * `initial-weights-unused` when no layer takes any; `model-not-found`, `model-invalid`
 */
export async function initializeWeights(
  { config }: Job,
  { built, parts, dataset: { classes } }: RunSetup,
): Promise<InitializedEvent | undefined> {
  const reference = config.training.initial_weights;
  if (reference === null) return undefined;
  const { model, sha256 } = parseReference(reference);
  const from = modelLabel(reference) ?? model;
  requireModel(model, sha256, from);
  const transfer = await transferWeights(model, { model: built.logits, classes }, (index, value) => {
    parts.weights[index].assign(value);
  });
  if (transfer.taken.length === 0) throw unused(from, transfer.fresh);
  return { type: 'initialized', from, ...transfer };
}

/** @param sha256 which it must be; undefined for any */
function requireModel(model: string, sha256: string | undefined, from: string): void {
  let digest: string;
  try {
    digest = digestOfModel(model);
  } catch (error) {
    throw new UserError(`${from}, which this run starts from, is not in ${model}: ${messageOf(error)}`, {
      code: 'initial-weights-not-found',
      hint: 'bring it back to where it was, or train a new run from another: training.initial_weights=…',
      cause: error,
    });
  }
  if (sha256 !== undefined && digest !== sha256) throw changed(model);
}

function changed(model: string): UserError {
  return new UserError(`the model in ${model} is not the one that this run is to start from`, {
    code: 'initial-weights-changed',
    hint: 'bring that back, or remove #sha256=… from training.initial_weights to start from this one',
  });
}

function unused(from: string, layers: readonly string[]): UserError {
  return new UserError(`no layer takes weights of ${from}: none has the name and the shapes of one there`, {
    code: 'initial-weights-unused',
    hint: `name the layers as they are named there; here they are ${layers.join(', ')}`,
  });
}
