/** A word as a POSIX shell takes it, for commands that a user is told to type: quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Where runs are kept unless `--runs-dir` says another folder. */
export const DEFAULT_RUNS_DIRECTORY = 'runs';

/** How a program is started from `node_modules/.bin` by whoever has put it there. */
const RUNNERS: Partial<Record<string, string>> = { pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' };

/**
 * What the user types to start this program: `ablate`, or `npx ablate` where a package manager has found it.
 * @param program the path that Node was given
 */
export function calledAs(
  program: string | undefined,
  { npm_config_user_agent: agent = '' }: NodeJS.ProcessEnv,
): string {
  if (!/[\\/]node_modules[\\/]\.bin[\\/]ablate$/.test(program ?? '')) return 'ablate';
  return `${RUNNERS[agent.split('/')[0]] ?? 'npx'} ablate`;
}

/** Lets all hints, those of workers too, name the program as the user has called it. */
export function rememberCall(): void {
  process.env.ABLATE_CALLED_AS = calledAs(process.argv[1], process.env);
  delete process.env.ABLATE_CALLED_RUNS_DIR;
}

/**
 * Lets them also name the folder of runs, where the user has said another than the default.
 * @param takers names of the commands that take `--runs-dir`
 */
export function rememberRunsDirectory(directory: string | undefined, takers: readonly string[]): void {
  if (directory === undefined || directory === DEFAULT_RUNS_DIRECTORY) return;
  process.env.ABLATE_CALLED_RUNS_DIR = directory;
  process.env.ABLATE_RUNS_DIR_TAKERS = takers.join(' ');
}

/**
 * A command of this program as the user can type it: the one place that hints get it from.
 * @param words the command and its arguments, each as the shell is to get it
 */
export function ablate(...words: string[]): string {
  const { ABLATE_CALLED_AS: program = 'ablate', ABLATE_CALLED_RUNS_DIR: runs } = process.env;
  const { ABLATE_RUNS_DIR_TAKERS: takers = '' } = process.env;
  const options = runs !== undefined && takers.split(' ').includes(words[0]) ? ['--runs-dir', runs] : [];
  return [program, ...[...words, ...options].map(shellWord)].join(' ');
}
