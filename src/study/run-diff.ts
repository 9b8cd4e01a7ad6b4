import { type Difference, differences } from '../config/diff.js';
import { loadExperiment } from '../config/load.js';
import { type RunDirectory, readIdentity, readSummary } from '../tracking/run-store.js';

/** What two runs have that differs; `before` is the first's. */
export interface RunDiff {
  runs: [string, string];
  configuration: Difference[];
  /** All metrics of either's summary, also those that are the same. */
  metrics: { name: string; before?: number; after?: number }[];
  /** Code, data and machine: commit, versions, digest, device. */
  origin: { what: string; before?: string; after?: string }[];
}

/** @throws UserError `journal-corrupt`, `summary-corrupt`; ConfigError where a configuration can't be read any more */
export function diffRuns(first: RunDirectory, second: RunDirectory): RunDiff {
  const [before, after] = [first, second].map(({ config }) => loadExperiment(config).config);
  const [metrics, others] = [first, second].map((run) => readSummary(run)?.metrics ?? {});
  const [origin, otherOrigin] = [first, second].map(originOf);
  const names = [...new Set([...Object.keys(metrics), ...Object.keys(others)])];
  const kinds = [...new Set([...Object.keys(origin), ...Object.keys(otherOrigin)])];
  return {
    runs: [first.id, second.id],
    configuration: differences(before, after),
    metrics: names.map((name) => ({ name, before: own(metrics, name), after: own(others, name) })),
    origin: kinds
      .map((what) => ({ what, before: own(origin, what), after: own(otherOrigin, what) }))
      .filter((each) => each.before !== each.after),
  };
}

function own<Value>(record: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function originOf(run: RunDirectory): Record<string, string> {
  const { git_commit: commit, versions, machine, source, user } = readIdentity(run);
  const summary = readSummary(run);
  const facts: [string, string | undefined][] = [
    ['status', summary?.status ?? 'UNFINISHED'],
    ['git commit', commit],
    ...Object.entries({ ...versions, tensorflow: summary?.tensorflow?.version ?? versions.tensorflow }),
    ['device', summary?.tensorflow?.device],
    ['data (digest)', summary?.dataset_digest],
    ['file', source],
    ['user', user],
    ...Object.entries(machine),
  ];
  return Object.fromEntries(facts.filter((fact): fact is [string, string] => fact[1] !== undefined));
}
