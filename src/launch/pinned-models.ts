import { isMlflowUri, parseReference, pinnedReference } from '../config/model-reference.js';
import { modelReferences, pinModels } from '../config/pin-models.js';
import { ConfigError } from '../config/text/config-error.js';
import type { Problem } from '../config/text/problems.js';
import { UserError, messageOf } from '../text/errors.js';
import { placeOfModel } from '../inference/trained-model.js';
import { digestOfModel } from '../model/digest.js';
import { downloadModel } from '../tracking/mlflow-models.js';
import { type CheckedExperiment, checkExperiment } from './experiment-arguments.js';
import { findModelFolder } from './find-model.js';
import { ablate } from '../system/shell.js';

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
  return checkExperiment(pinModels(experiment, pins), experiment.begun);
}

/**
 * Checks experiments against the models that they start from by name, where these have been trained already; those of
 * MLflow are not downloaded for that.
 * @throws ConfigError with the mistakes of all of them; UserError `initial-weights-changed`
 */
export async function checkAgainstModels(
  experiments: readonly CheckedExperiment[],
  runsDirectory: string,
): Promise<void> {
  const problems: Problem[] = [];
  for (const experiment of experiments) {
    if (modelReferences(experiment).some((reference) => isMlflowUri(parseReference(reference).model))) continue;
    try {
      await withPinnedModels(experiment, runsDirectory);
    } catch (error) {
      if (error instanceof ConfigError) problems.push(...error.problems);
      else if (!(error instanceof UserError) || error.code !== 'initial-weights-not-found') throw error;
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
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
      hint: `give the name of an experiment that has a finished run, a run of \`${ablate('ls')}\`, or the folder of a model`,
      exitCode: 2,
      cause: error,
    });
  }
}

async function directoryOf(model: string, runsDirectory: string): Promise<string> {
  if (isMlflowUri(model)) return downloadModel(model);
  return placeOfModel(findModelFolder(model, runsDirectory)).directory;
}
