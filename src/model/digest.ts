import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 (hex) of a saved model: of its `model.json` and its `weights.bin`. @throws Error when they can't be read */
export function digestOfModel(directory: string): string {
  const hash = createHash('sha256');
  for (const name of ['model.json', 'weights.bin']) hash.update(readFileSync(join(directory, name)));
  return hash.digest('hex');
}
