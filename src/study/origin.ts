import { relative } from 'node:path';
import { shellWord } from '../system/shell.js';
import type { RunEvent } from '../tracking/journal-events.js';
import { compareStarts, readIdentity } from '../tracking/run-store.js';
import { VERSION } from '../system/version.js';
import type { NamedRuns } from './named-runs.js';
import type { StudyOrigin } from './study.js';
import type { FoundRun } from './study-run.js';
import type { FoundSweep } from './sweep-variants.js';

/** How the named sweeps and runs were made. Of each sweep, or group of runs, the earliest and the latest run are asked. */
export function originOf({ ids, sweeps, variants }: NamedRuns): StudyOrigin {
  const runs = variants
    .flatMap((variant) => variant.runs)
    .sort((a, b) => compareStarts(a.directory.id, b.directory.id));
  const summaries = runs.flatMap(({ summary }) => summary ?? []);
  const [first, last] = [runs.at(0), runs.at(-1)].map((run) => run && identityOf(run));
  const engines = summaries.flatMap(({ tensorflow }) => tensorflow ?? []);
  const end = last && last.time + 1000 * (runs.at(-1)?.summary?.duration_seconds ?? 0);
  return {
    ids,
    commands: [...new Set([...sweeps.map(commandOf), ...(sweeps.length === 0 ? looseCommands(runs) : [])])],
    versions: {
      ablate: last?.versions.ablate ?? VERSION,
      node: last?.versions.node ?? '',
      tensorflow: [...new Set(engines.map(({ version }) => version))],
    },
    devices: [...new Set(engines.map(({ device }) => device))],
    machines: [...new Set([first, last].flatMap((run) => (run ? machineOf(run) : [])))],
    started: first ? new Date(first.time).toISOString() : null,
    ended: end === undefined ? null : new Date(end).toISOString(),
  };
}

function identityOf({ directory }: FoundRun): RunEvent | undefined {
  try {
    return readIdentity(directory);
  } catch {
    return undefined;
  }
}

/** `ablate run experiments/faq/pooling.yaml training.epochs=12`. */
function commandOf({ begun: { source, command } }: FoundSweep): string {
  const words = (command?.overrides ?? []).map(shellWord);
  return ['ablate', command?.name ?? 'run', fileOf(source), ...words].join(' ');
}

function looseCommands(runs: readonly FoundRun[]): string[] {
  return runs.flatMap((run) => {
    const source = identityOf(run)?.source;
    return source === undefined ? [] : [`ablate run ${fileOf(source)}`];
  });
}

/** As it is seen from here, where it lies below. */
function fileOf(source: string): string {
  const path = relative(process.cwd(), source);
  return path.startsWith('..') ? source : path;
}

/** Never its name, which is no one else's business. */
function machineOf({ machine }: RunEvent): string[] {
  const { cpu, cores, memory } = machine as Partial<Record<string, string>>;
  return cpu === undefined ? [] : [[cpu, cores && `${cores} cores`, memory].filter(Boolean).join(', ')];
}
