import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../text/errors.js';
import { type SubprocessOptions, runSubprocess } from './subprocess.js';

/** What pip is busy with. */
export interface PipStep {
  phase: 'resolving' | 'downloading' | 'installing';
  /** A package, a wheel, or how many packages. */
  subject: string;
  /** Of a download: bytes on disk so far, and in all (rounded by pip). */
  bytes?: { done: number; total: number };
}

export interface PipOptions extends Omit<SubprocessOptions, 'onLine'> {
  /** Where pip shall put what it downloads (it removes it again); watched for progress. */
  temporaryDirectory: string;
  /** Called with each new step, and twice a second during one. */
  onStep: (step: PipStep) => void;
}

const TICK_MILLISECONDS = 500;
const UNITS: Record<string, number> = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/**
 * Installs packages with an environment's own pip. From where, the user's settings of pip say (pip.conf, `PIP_…`,
 * proxies). Where the index gives the hash of a file, pip installs no file that has another.
 * @throws UserError `pip-failed` with pip's own words
 */
export async function pipInstall(python: string, requirements: readonly string[], options: PipOptions): Promise<void> {
  let step: PipStep = { phase: 'resolving', subject: requirements.join(' ') };
  const report = () => {
    options.onStep(withProgress(step, options.temporaryDirectory));
  };
  const ticking = setInterval(report, TICK_MILLISECONDS);
  const onLine = (line: string) => {
    step = parsePipLine(line) ?? step;
    report();
  };
  const parameters = ['-m', 'pip', 'install', '--no-input', '--progress-bar', 'off', ...requirements];
  const env = pipEnvironment(options.env, options.temporaryDirectory);
  try {
    const { exitCode, output } = await runSubprocess(python, parameters, { ...options, env, onLine });
    if (exitCode !== 0) throw pipError(requirements, exitCode, output);
  } finally {
    clearInterval(ticking);
  }
}

/** What a line of pip's output says about its progress, if anything. */
export function parsePipLine(line: string): PipStep | undefined {
  const collecting = /^Collecting ([\w.-]+)/.exec(line);
  if (collecting) return { phase: 'resolving', subject: collecting[1] };
  // From an index other than PyPI the whole address is printed; only the file's name is wanted.
  const downloading = /^\s*Downloading (?:\S*\/)?([^\s/]+) \(([\d.]+) (bytes|kB|MB|GB)\)/.exec(line);
  if (downloading) {
    const [, subject, amount, unit] = downloading;
    return { phase: 'downloading', subject, bytes: { done: 0, total: Number(amount) * UNITS[unit] } };
  }
  const installing = /^Installing collected packages: (.+)/.exec(line);
  if (installing) return { phase: 'installing', subject: `${installing[1].split(', ').length} packages` };
  if (/Retrying \(Retry\(/.test(line))
    return { phase: 'resolving', subject: 'no answer from the package index: trying again' };
  return undefined;
}

/** pip writes a download to `<temporary folder>/pip-unpack-…/<file name>`. */
function withProgress(step: PipStep, temporaryDirectory: string): PipStep {
  if (!step.bytes) return step;
  const { subject } = step;
  const sizes = readdirSync(temporaryDirectory).map((entry) => fileSize(join(temporaryDirectory, entry, subject)));
  const { total } = step.bytes;
  return { ...step, bytes: { done: Math.min(Math.max(0, ...sizes), total), total } };
}

/** 0 for none: pip makes and removes files meanwhile. */
function fileSize(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** The user's settings, less those that would lead the packages elsewhere than into this environment. */
function pipEnvironment(env: NodeJS.ProcessEnv, temporaryDirectory: string): NodeJS.ProcessEnv {
  return {
    ...env,
    PYTHONPATH: undefined,
    PYTHONHOME: undefined,
    PIP_TARGET: undefined,
    PIP_PREFIX: undefined,
    PIP_ROOT: undefined,
    PIP_USER: '0',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PYTHONUNBUFFERED: '1',
    PYTHONUTF8: '1',
    TMPDIR: temporaryDirectory,
  };
}

function pipError(requirements: readonly string[], exitCode: number | null, output: string[]): UserError {
  const errors = output.filter((line) => line.startsWith('ERROR: '));
  const shown = (errors.length > 0 ? errors : output).slice(-5).map((line) => `  ${withoutCredentials(line)}`);
  const ending = exitCode === null ? 'was killed' : `failed with exit code ${exitCode}`;
  return new UserError([`pip install ${requirements.join(' ')} ${ending}:`, ...shown].join('\n'), {
    code: 'pip-failed',
    hint: pipHint(output.join('\n')),
  });
}

function pipHint(output: string): string | undefined {
  if (/DO NOT MATCH THE HASHES/.test(output)) {
    return 'the file is not the one that the index tells of: a broken download (try again), or an index or proxy to distrust';
  }
  if (/No space left on device/.test(output)) return 'make room, or set ABLATE_CACHE to a folder on a larger disk';
  if (/Retrying \(Retry\(|ProxyError|NewConnectionError|NameResolutionError|Temporary failure/.test(output)) {
    return "check the network; pip's own settings say where it looks: PIP_INDEX_URL, HTTPS_PROXY, PIP_CERT, pip.conf";
  }
  return undefined;
}

/** pip hides passwords in addresses itself; user names and tokens in their place go too. */
function withoutCredentials(line: string): string {
  return line.replaceAll(/:\/\/[^/@\s]+@/g, '://');
}
