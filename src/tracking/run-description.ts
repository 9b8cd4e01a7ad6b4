import { execFile } from 'node:child_process';
import { arch, cpus, hostname, platform, release, totalmem, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { RunEvent } from './journal-events.js';
import { type TaggedConfig, userTags } from './user-tags.js';

/** What of a configuration says how it is tracked. */
interface TrackedConfig extends TaggedConfig {
  name: string;
  tracking: { experiment?: string | null; tags?: Record<string, string> } | 'none';
}

/**
 * A configuration as MLflow's params: one flat key a scalar (`model.kernel_size`, `model.layers.0.filters`), every value
 * a string. A list of scalars is one value (`[3, 5]`), so that it is one category in a comparison.
 */
export function flattenConfig(config: object): Record<string, string> {
  return Object.fromEntries(Object.entries(config).flatMap(([key, value]) => flatten(key, value)));
}

/**
 * The MLflow experiment of a run: what the file says, else what MLflow's own variable says, else the experiment's name.
 */
export function experimentName(config: TrackedConfig, environment: NodeJS.ProcessEnv): string {
  const chosen = config.tracking === 'none' ? null : config.tracking.experiment;
  return chosen ?? (environment.MLFLOW_EXPERIMENT_NAME || config.name);
}

/** What of a run's first event says so. */
export type OriginFields = Pick<RunEvent, 'experiment' | 'tags' | 'git_commit' | 'user' | 'versions' | 'machine'>;

/**
 * Who and what begins a run or a sweep, for its journal.
 * @param source the experiment file
 * @param versions of programs, besides Node's
 * @param environment may name the MLflow experiment
 */
export async function describeOrigin(
  config: TrackedConfig,
  source: string,
  versions: Record<string, string>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<OriginFields> {
  const tags = userTags(config);
  return {
    experiment: experimentName(config, environment),
    tags: Object.keys(tags).length > 0 ? tags : undefined,
    git_commit: await gitCommit(dirname(source)),
    user: userName(),
    versions: { ...versions, node: process.versions.node },
    machine: describeMachine(),
  };
}

/** The machine that this process runs on, for the journal. */
export function describeMachine(): Record<string, string> {
  const processors = cpus();
  return {
    hostname: hostname(),
    platform: `${platform()} ${release()} ${arch()}`,
    cpu: processors.at(0)?.model.trim() ?? 'unknown',
    cores: String(processors.length),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  };
}

/** The name of the user who runs this process; undefined where the system has none (a container without one). */
export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

const commits = new Map<string, Promise<string | undefined>>();

/**
 * The commit that is checked out in a directory; undefined outside of Git, and without it. Asked for once: the trials of a
 * sweep are of the commit that it began with.
 */
export function gitCommit(directory: string): Promise<string | undefined> {
  const known = commits.get(directory) ?? askGit(directory);
  commits.set(directory, known);
  return known;
}

async function askGit(directory: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: directory, timeout: 5000 });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

function flatten(key: string, value: unknown): [string, string][] {
  if (value === null || typeof value !== 'object') return [[key, String(value)]];
  if (Array.isArray(value) && !value.some(isObject)) return [[key, `[${value.map(String).join(', ')}]`]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[key, '{}']];
  return entries.flatMap(([inner, innerValue]) => flatten(`${key}.${inner}`, innerValue));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
