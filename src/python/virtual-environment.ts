import { join } from 'node:path';
import { UserError } from '../text/errors.js';
import { type Python, findOnPath } from './python.js';
import { type SubprocessOptions, runSubprocess } from './subprocess.js';

/**
 * Makes a virtual environment that has a pip of its own, by whatever means the interpreter or the machine offers.
 * (`pip --python` would save the seconds that takes, but it runs as two processes, and ending one leaves the other.)
 * @throws UserError `venv-unavailable` if there is none, `venv-failed` with what it said
 */
export async function createVirtualEnvironment(
  base: Python,
  directory: string,
  options: SubprocessOptions,
): Promise<void> {
  for (const [command, ...parameters] of creationCommands(base, directory, options.env)) {
    const { exitCode, output } = await runSubprocess(command, parameters, options);
    if (exitCode === 0) continue;
    const said = output.slice(-5).map((line) => `  ${line}`);
    throw new UserError([`${[command, ...parameters].join(' ')} failed:`, ...said].join('\n'), { code: 'venv-failed' });
  }
}

function creationCommands(base: Python, directory: string, env: NodeJS.ProcessEnv): string[][] {
  const { executable, modules } = base;
  if (modules.venv && modules.ensurepip) return [[executable, '-m', 'venv', directory]];
  if (modules.virtualenv) return [[executable, '-m', 'virtualenv', directory]];
  const virtualenv = findOnPath('virtualenv', env);
  if (virtualenv) return [[virtualenv, '--python', executable, directory]];
  const uv = findOnPath('uv', env);
  if (uv) return [[uv, 'venv', '--seed', '--python', executable, directory]];
  if (!canLendPip(base)) throw unavailable(base);
  return [
    [executable, '-m', 'venv', '--without-pip', directory],
    [executable, '-m', 'pip', '--python', join(directory, 'bin', 'python'), 'install', '--no-input', 'pip'],
  ];
}

/** `pip --python`, by which one environment's pip installs into another, came with pip 22.3. */
function canLendPip({ modules }: Python): boolean {
  const [major, minor] = (modules.pip ?? '0.0').split('.').map(Number);
  return modules.venv && (major > 22 || (major === 22 && minor >= 3));
}

/** Debian and Ubuntu package the module apart. */
function unavailable({ executable, version }: Python): UserError {
  const [major, minor] = version.split('.');
  return new UserError(
    `${executable} (Python ${version}) can't make virtual environments: it has neither pip nor ensurepip`,
    {
      code: 'venv-unavailable',
      hint: `sudo apt install python${major}.${minor}-venv (on Debian and Ubuntu; elsewhere, install virtualenv or uv)`,
    },
  );
}
