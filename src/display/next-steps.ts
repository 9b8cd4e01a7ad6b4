import { readAnyModel } from '../inference/trained-model.js';
import { isTableModel } from '../inference/table-model.js';
import type { RunDirectory } from '../tracking/run-store.js';
import { UserError } from '../text/errors.js';
import { ablate } from '../system/shell.js';
import { factLines } from './wrapped.js';

/** What a run that has finished is good for, as commands. */
export function nextSteps(run: RunDirectory): string {
  const { id } = run;
  return factLines([
    [ablate('show', id), 'how its metrics went'],
    [ablate('evaluate', id), 'where it is wrong'],
    ...(takesRows(run)
      ? ([
          [ablate('explain', id), 'which columns matter'],
          [ablate('predict', id, 'FILE.csv'), 'what it says of new rows'],
        ] as const)
      : ([
          [ablate('explain', id, 'IMAGE'), 'where it looks'],
          [ablate('serve', id), 'a page to try it'],
        ] as const)),
  ]);
}

function takesRows({ path }: RunDirectory): boolean {
  try {
    return isTableModel(readAnyModel(path));
  } catch (error) {
    if (error instanceof UserError) return false; // its model is gone
    throw error;
  }
}
