import type { DatasetConfig, Experiment } from '../config/schema/experiment.generated.js';
import type { LoadOptions } from './dataset.js';
import { type DatasetDuplicates, datasetDuplicates } from './duplicates/dataset-duplicates.js';
import { loadDataset } from './load.js';
import { type SplitAccount, splitAccount } from './split-account.js';
import { checkTables } from './tables/check-tables.js';
import type { Finding } from './tables/findings.js';

/** What was found in the data of an experiment. */
export interface DataCheck {
  /** Of images and their classes. */
  duplicates?: DatasetDuplicates;
  /** Of tables. */
  findings?: readonly Finding[];
  /** Of tables: what each part of the split holds. */
  split?: SplitAccount;
}

/** Reads all data of an experiment and tells what a user should know of them before they train. */
export async function checkData(experiment: Experiment, options: LoadOptions): Promise<DataCheck> {
  const { dataset: config } = experiment;
  if (config.name !== 'table') return duplicatesOf(config, options);
  const findings = await checkTables(config, options);
  const split = splitAccount(experiment, await loadDataset(config, options));
  // Of a table without images nothing is left to read.
  const hasImages = Object.values(config.inputs).some(({ type }) => type === 'image');
  return { ...(hasImages ? await duplicatesOf(config, options) : {}), findings, split };
}

async function duplicatesOf(config: DatasetConfig, options: LoadOptions): Promise<DataCheck> {
  const duplicates = await datasetDuplicates(config, options);
  return duplicates ? { duplicates } : {};
}
