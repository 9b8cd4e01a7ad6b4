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
    ...stepsOfTarget(id, targetOf(run)),
  ]);
}

/** @param target the type of a table's target; undefined of images, and of a model that is gone */
function stepsOfTarget(id: string, target: string | undefined): [command: string, purpose: string][] {
  if (target === undefined)
    return [
      [ablate('explain', id, 'IMAGE'), 'where it looks'],
      [ablate('serve', id), 'a page to try it'],
    ];
  if (target === 'mask') return [[ablate('predict', id, 'FILE.csv', '--masks', 'FOLDER'), 'the masks of new images']];
  return [
    [ablate('explain', id), 'which columns matter'],
    [ablate('predict', id, 'FILE.csv'), 'what it says of new rows'],
  ];
}

function targetOf({ path }: RunDirectory): string | undefined {
  try {
    const model = readAnyModel(path);
    return isTableModel(model) ? model.target.column.type : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
