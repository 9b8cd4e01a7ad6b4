import { fileURLToPath } from 'node:url';
import { shellWord } from '../shell.js';

/** The program that this file is a part of, whatever has started it. */
const PROGRAM = fileURLToPath(new URL('../../bin/ablate.js', import.meta.url));

/** The shell's command line that does the task of a Slurm array (`commands/slurm-task.ts`), given its list of trials. */
export function slurmTaskCommand(backend: string): (list: string) => string {
  return (list) => [process.execPath, PROGRAM, 'slurm-task', list, '--backend', backend].map(shellWord).join(' ');
}
