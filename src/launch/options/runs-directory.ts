import { Option } from 'commander';
import { DEFAULT_RUNS_DIRECTORY } from '../../system/shell.js';

/** What names a run or a sweep wherever a command takes one (`findSweepOrRun`), for its help. */
export const NAMES = 'its id or the beginning, its path, its name (the newest of it), or latest';

/** `--runs-dir`, which every command takes that reads or writes runs. */
export function runsDirectoryOption(description = 'where runs are kept'): Option {
  return new Option('--runs-dir <directory>', description).default(DEFAULT_RUNS_DIRECTORY);
}
