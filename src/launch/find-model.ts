import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isMlflowUri, isModelPath } from '../config/model-reference.js';
import { type TableModel, isTableModel } from '../inference/table-model.js';
import { ablate } from '../system/shell.js';
import { UserError } from '../text/errors.js';
import { type TrainedModel, readAnyModel, requireImages } from '../inference/trained-model.js';
import { findModelRun } from '../sweep/find.js';
import { isRunId } from '../tracking/run-store.js';

/**
 * The trained model that a user names: of a run on disk, of a folder, or of MLflow, from where it is downloaded first.
 * @throws UserError as `findModelRun`, `readAnyModel` and `downloadModel`
 */
export async function findAnyModelOf(reference: string, runsDirectory: string): Promise<TrainedModel | TableModel> {
  if (!isMlflowUri(reference)) return readAnyModel(findModelFolder(reference, runsDirectory));
  const { downloadModel } = await import('../tracking/mlflow-models.js');
  return { ...readAnyModel(await downloadModel(reference)), name: reference };
}

/** Likewise one of images. @throws UserError `model-of-table` */
export async function findModelOf(reference: string, runsDirectory: string): Promise<TrainedModel> {
  return requireImages(await findAnyModelOf(reference, runsDirectory));
}

/** @param what can't be done with models of masks: `served` @throws UserError `model-of-masks` */
export function refuseMasks(model: TrainedModel | TableModel, what: string): void {
  if (!isTableModel(model) || model.target.column.type !== 'mask') return;
  throw new UserError(`${model.name} tells masks, which aren't ${what} yet`, {
    code: 'model-of-masks',
    hint: `write the masks of a table: \`${ablate('predict', model.name, 'TABLE.csv', '--masks', 'FOLDER')}\``,
    exitCode: 2,
  });
}

/**
 * The folder of a model, or of a run that has one: as it is given, else of the run that is named.
 * @throws UserError as `findModelRun`
 */
export function findModelFolder(reference: string, runsDirectory: string): string {
  const holdsModel = ['model.json', join('model', 'model.json')].some((file) => existsSync(join(reference, file)));
  const isOtherFolder = isModelPath(reference) && existsSync(reference) && !isRunId(basename(reference));
  return holdsModel || isOtherFolder ? reference : findModelRun(runsDirectory, reference).path;
}
