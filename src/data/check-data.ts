import type { DatasetConfig } from '../config/schema/experiment.generated.js';
import type { LoadOptions } from './dataset.js';
import { type DatasetDuplicates, datasetDuplicates } from './duplicates/dataset-duplicates.js';
import { checkTables } from './tables/check-tables.js';
import type { Finding } from './tables/findings.js';

/** What was found in the data of an experiment. */
export interface DataCheck {
  /** Of images and their classes. */
  duplicates?: DatasetDuplicates;
  /** Of tables. */
  findings?: readonly Finding[];
}

/** Reads all data of an experiment and tells what a user should know of them before they train. */
export async function checkData(config: DatasetConfig, options: LoadOptions): Promise<DataCheck> {
  const findings = config.name === 'table' ? { findings: await checkTables(config, options) } : {};
  // Of a table without images nothing is left to read.
  if (config.name === 'table' && !Object.values(config.inputs).some(({ type }) => type === 'image')) return findings;
  const duplicates = await datasetDuplicates(config, options);
  return { ...(duplicates ? { duplicates } : {}), ...findings };
}
