import { dirname, resolve } from 'node:path';
import type { LoadedExperiment } from '../config/load.js';
import type { LoadOptions } from '../data/dataset.js';
import { datasetDuplicates } from '../data/duplicates/dataset-duplicates.js';
import { type TableFiles, checkTables } from '../data/tables/check-tables.js';
import type { DataCheck } from '../display/data-check.js';
import type { StatusLine } from '../display/status-line.js';

/** Reads all data of an experiment and tells what a user should know of them before they train. */
export async function checkData({ config, file }: LoadedExperiment, { onProgress }: StatusLine): Promise<DataCheck> {
  const options: LoadOptions = {
    baseDirectory: dirname(resolve(file)),
    onProgress: (progress) => {
      onProgress({ type: 'data-progress', ...progress });
    },
  };
  const { dataset } = config;
  if (isTable(dataset)) return { findings: await checkTables(dataset, options) };
  const duplicates = await datasetDuplicates(dataset, options);
  return duplicates ? { duplicates } : {};
}

function isTable(dataset: object): dataset is TableFiles {
  return 'inputs' in dataset && 'target' in dataset;
}
