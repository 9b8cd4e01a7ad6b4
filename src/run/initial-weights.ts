import { parseReference, modelLabel } from '../config/model-reference.js';
import { UserError, messageOf } from '../text/errors.js';
import type { Job } from '../protocol/job.js';
import { digestOfModel } from '../model/digest.js';
import { transferWeights } from '../model/initial-weights.js';
import type { InitializedEvent } from '../protocol/events.js';
import type { RunSetup } from './setup.js';

/**
 * Lets a run start from the weights of another model, if it is to.
 * @throws UserError `initial-weights-changed` when the model isn't the one whose digest the configuration has,
 * `initial-weights-unused` when no layer takes any, `initial-weights-frozen` when one that takes none is never trained; `model-not-found`, `model-invalid`
 */
export async function initializeWeights(
  { config }: Job,
  { built, parts, dataset: { target } }: RunSetup,
): Promise<InitializedEvent | undefined> {
  const reference = config.training.initial_weights;
  if (reference === null) return undefined;
  const { model, sha256 } = parseReference(reference);
  const from = modelLabel(reference) ?? model;
  requireModel(model, sha256, from);
  const transfer = await transferWeights(model, { model: built.logits, classes: target.classes }, (index, value) => {
    parts.weights[index].assign(value);
  });
  if (transfer.taken.length === 0) throw unused(from, transfer.fresh);
  // Built as it is when all is unfrozen that ever will be.
  const frozen = built.logits.layers.filter(({ name, trainable }) => !trainable && transfer.fresh.includes(name));
  if (frozen.length > 0) throw frozenAtRandom(from, frozen);
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

function frozenAtRandom(from: string, layers: readonly { name: string }[]): UserError {
  const names = layers.map(({ name }) => name).join(', ');
  return new UserError(
    `training.trainable freezes ${names}, for which ${from} has no weights: they would stay random`,
    {
      code: 'initial-weights-frozen',
      hint: 'let training.trainable name them too, or name and shape them as they are there',
      exitCode: 2,
    },
  );
}
