import type { Answer } from '../analysis/answer.js';
import { DEFAULT_RUNS_DIRECTORY } from '../system/shell.js';
import type { StudyOptions as GatherOptions } from '../study/gather-study.js';
import type { Study } from '../study/study.js';
import type { RunsOptions } from './options.js';

/** How what was trained is looked at. */
export interface StudyOptions extends RunsOptions, Omit<GatherOptions, 'onProgress'> {
  onEvent?: GatherOptions['onProgress'];
}

/**
 * Gathers what sweeps and runs on disk come to: variants, runs, curves, costs, the answer.
 * @param names each an id or the beginning of one, a path, a name (the newest of it) or `latest`; the newest sweep
 *   unless given
 * @throws UserError `run-not-found`, `run-ambiguous`, `nothing-to-compare`, `unknown-metric`, `unknown-baseline`,
 *   `invalid-margin`
 */
export async function loadStudy(names: string | readonly string[] = [], options: StudyOptions = {}): Promise<Study> {
  const { gatherStudy } = await import('../study/gather-study.js');
  const { namedOrNewest } = await import('../study/named-or-newest.js');
  const { runsDirectory = DEFAULT_RUNS_DIRECTORY, onEvent: onProgress, ...given } = options;
  const wanted = typeof names === 'string' ? [names] : names;
  return gatherStudy(runsDirectory, namedOrNewest(wanted, runsDirectory), { ...given, onProgress });
}

/**
 * Compares the variants of sweeps, or single runs: intervals, effect sizes, tests, and the answer in words.
 * @param names as `loadStudy` takes them
 * @throws UserError as `loadStudy`; `nothing-to-compare` for less than two variants
 */
export async function compare(names: string | readonly string[] = [], options: StudyOptions = {}): Promise<Answer> {
  const { answer } = await loadStudy(names, options);
  if (answer) return answer;
  const { UserError } = await import('../text/errors.js');
  throw new UserError('there are fewer than two variants', { code: 'nothing-to-compare', exitCode: 2 });
}
