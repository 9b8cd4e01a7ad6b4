import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isTable } from '../data/tables/open-table.js';
import { UserError } from '../text/errors.js';
import { readTextSync } from '../system/regular-file.js';
import { COPIED_SCHEMA, INSTALLED_SCHEMA, schemaFrom, withSchemaLine } from './schema-line.js';
import { type NewFile, type TemplateName, templateFiles } from './templates.js';

/**
 * The experiment files to write, in the order in which they are run.
 * @param folder that they are written to
 * @param from data to write the experiment for, instead of the template
 * @param target of a table, the column to predict
 * @throws UserError if nothing can be made of the data
 */
export async function experimentFiles(
  folder: string,
  { template, from, target }: { template: TemplateName; from?: string; target?: string },
): Promise<NewFile[]> {
  const files = from === undefined ? templateFiles(template) : [await experimentFor(from, folder, target)];
  const schema = schemaFrom(folder);
  return files.map(({ name, text }) => ({ name, text: withSchemaLine(text, schema ?? COPIED_SCHEMA) }));
}

/** The copy of the schema that experiments in a folder need, if they need one and it isn't there. */
export function schemaFile(folder: string): NewFile[] {
  if (schemaFrom(folder) !== undefined || existsSync(join(folder, COPIED_SCHEMA))) return [];
  return [{ name: COPIED_SCHEMA, text: readTextSync(INSTALLED_SCHEMA) }];
}

async function experimentFor(data: string, folder: string, target?: string): Promise<NewFile> {
  const found = statSync(data, { throwIfNoEntry: false });
  if (found?.isDirectory()) return (await import('./images.js')).imageExperiment(data, folder);
  if (found?.isFile() && isTable(data)) return (await import('./table.js')).tableExperiment(data, folder, target);
  throw new UserError(found ? `${data} is neither a folder nor a table` : `${data} isn't there`, {
    code: 'unsupported-data',
    exitCode: 2,
    hint: 'give a folder of images, with a folder for each class, or a table',
  });
}
