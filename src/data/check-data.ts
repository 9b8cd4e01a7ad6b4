import type { DatasetConfig } from '../config/schema/experiment.generated.js';
import type { LoadOptions } from './dataset.js';
import { type DatasetDuplicates, datasetDuplicates } from './duplicates/dataset-duplicates.js';
import { type TableFiles, checkTables } from './tables/check-tables.js';
import type { Finding } from './tables/findings.js';

/** What was found in the data of an experiment. */
export interface DataCheck {
  /** Of images. */
  duplicates?: DatasetDuplicates;
  /** Of tables. */
  findings?: readonly Finding[];
}

/**
 * Reads a whole dataset and tells what a user should know of it before they train.
 * @throws UserError as `loadDataset` and `checkTables`
 */
export async function checkData(dataset: DatasetConfig, options: LoadOptions): Promise<DataCheck> {
  if (isTable(dataset)) return { findings: await checkTables(dataset, options) };
  const duplicates = await datasetDuplicates(dataset, options);
  return duplicates ? { duplicates } : {};
}

function isTable(dataset: object): dataset is TableFiles {
  return 'inputs' in dataset && 'target' in dataset;
}
