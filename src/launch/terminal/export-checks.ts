import type { Conversion } from '../../export/convert.js';
import { exportPython } from '../../export/export-python.js';
import { UserError } from '../../text/errors.js';
import { showInstallProgress } from '../../display/install-progress.js';
import { tensorFlowPython } from '../engine.js';

/** Formats that keep the weights as they are must predict the same: within this, of outputs above 1 within this part. */
const TOLERANCE = 1e-5;

/** An interpreter that has what a format needs; its installation is shown. */
export async function pythonFor(format: Conversion['format']): Promise<string> {
  const { onProgress, clear } = showInstallProgress(process.stderr);
  return exportPython(format, await tensorFlowPython(), { onProgress }).finally(clear);
}

/**
 * Holds a written model to what the run's own predicts.
 * @param difference the greatest
 * @param largest of what the run's own gives, at least 1
 * @throws UserError `export-differs`
 */
export function requireSame(format: string, difference: number, largest: number): void {
  if (difference <= TOLERANCE * largest) return;
  throw new UserError(`the ${format} model doesn't predict what the run's own does: it differs by ${difference}`, {
    code: 'export-differs',
    hint: 'nothing was written; please report this with the experiment file',
  });
}
