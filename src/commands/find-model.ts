import { isMlflowUri } from '../config/model-reference.js';
import { type TrainedModel, findTrainedModel } from '../inference/trained-model.js';

/**
 * The trained model that a user names: of a run on disk, of a folder, or of MLflow, from where it is downloaded first.
 * @throws UserError as `findTrainedModel` and `downloadModel`
 */
export async function findModelOf(reference: string, runsDirectory: string): Promise<TrainedModel> {
  if (!isMlflowUri(reference)) return findTrainedModel(runsDirectory, reference);
  const { downloadModel } = await import('../tracking/mlflow-models.js');
  return { ...findTrainedModel(runsDirectory, await downloadModel(reference)), name: reference };
}
