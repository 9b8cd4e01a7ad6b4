import { isMlflowUri, parseReference, pinnedReference } from '../config/model-reference.js';
import { modelReferences, pinModels } from '../config/pin-models.js';
import { UserError, messageOf } from '../errors.js';
import { findModel } from '../inference/trained-model.js';
import { digestOfModel } from '../model/digest.js';
import { downloadModel } from '../tracking/mlflow-models.js';
import { readSummary, runDirectories, startOf } from '../tracking/run-store.js';
import { type CheckedExperiment, checkExperiment } from './experiment-arguments.js';

/**
 * The experiment with each model that it would start from pinned: found, and with the digest of its weights, which are a
 * part of the experiment's identity.
 * @throws UserError `initial-weights-not-found`, `initial-weights-changed` when a digest is given that isn't the model's
 */
export async function withPinnedModels(
  experiment: CheckedExperiment,
  runsDirectory: string,
): Promise<CheckedExperiment> {
  const references = modelReferences(experiment);
  if (references.length === 0) return experiment;
  const pins = new Map<string, string>();
  for (const reference of references) pins.set(reference, await pin(reference, runsDirectory));
  return checkExperiment(pinModels(experiment, pins));
}

async function pin(reference: string, runsDirectory: string): Promise<string> {
  const { model, sha256: wanted } = parseReference(reference);
  const { directory, sha256 } = await locate(model, runsDirectory);
  if (wanted !== undefined && wanted !== sha256) {
    throw new UserError(`training.initial_weights: the model in ${directory} has the digest ${sha256}`, {
      code: 'initial-weights-changed',
      hint: 'bring back the one that was meant, or remove #sha256=… to start from this one',
      exitCode: 2,
    });
  }
  return pinnedReference(directory, sha256);
}

async function locate(model: string, runsDirectory: string): Promise<{ directory: string; sha256: string }> {
  try {
    const directory = await directoryOf(model, runsDirectory);
    return { directory, sha256: digestOfModel(directory) };
  } catch (error) {
    throw new UserError(`training.initial_weights: ${model}: ${messageOf(error)}`, {
      code: 'initial-weights-not-found',
      hint: 'give the name of an experiment that has a finished run, a run of `ablate ls`, or the folder of a model',
      exitCode: 2,
      cause: error,
    });
  }
}

async function directoryOf(model: string, runsDirectory: string): Promise<string> {
  if (isMlflowUri(model)) return downloadModel(model);
  return findModel(runsDirectory, newestRunOf(model, runsDirectory) ?? model).directory;
}

/** The id of the newest finished run of an experiment, by its name. */
function newestRunOf(name: string, runsDirectory: string): string | undefined {
  const runs = runDirectories(runsDirectory).filter(({ id }) => id.startsWith(`${name}-${startOf(id)}`));
  return runs.reverse().find((run) => readSummary(run)?.status === 'FINISHED')?.id;
}
