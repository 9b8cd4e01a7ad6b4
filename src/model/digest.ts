import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BINARY_LIMIT, readRegularFileSync } from '../system/regular-file.js';

/** SHA-256 (hex) of a saved model: of its `model.json` and its `weights.bin`. @throws Error when they can't be read */
export function digestOfModel(directory: string): string {
  const hash = createHash('sha256');
  for (const name of ['model.json', 'weights.bin'])
    hash.update(readRegularFileSync(join(directory, name), BINARY_LIMIT));
  return hash.digest('hex');
}
