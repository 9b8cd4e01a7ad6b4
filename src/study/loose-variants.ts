import { differences } from '../config/diff.js';
import { loadExperiment } from '../config/load.js';
import { variantLabel } from '../config/sweep/label.js';
import type { Json } from '../config/text/tree.js';
import { UserError } from '../text/errors.js';
import { type RunDirectory, readSummary, type Summary } from '../tracking/run-store.js';
import type { FoundVariant } from './sweep-variants.js';
import { ablate } from '../system/shell.js';

/** Words that say nothing of how a run trains. */
const WORDS = /^(name|description|question|tags|tracking|sweep|training\.seed)(\.|$)/;

interface Finished {
  run: RunDirectory;
  summary: Summary;
}

/**
 * Runs that belong to no sweep that was named, gathered by their configuration without the seed; each variant is called
 * by what its configuration has other than the first one's.
 * @throws UserError `run-unfinished` for a run in progress, or interrupted
 */
export function looseVariants(runs: readonly RunDirectory[]): FoundVariant[] {
  const groups = new Map<string, Finished[]>();
  for (const run of runs) {
    const summary = requireSummary(run);
    const key = `${summary.config_hash}/${summary.dataset_digest ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), { run, summary }]);
  }
  const found = [...groups.values()];
  const values = differencesOf(found.map(([{ run }]) => run));
  const keys = [...new Set(values.flatMap((each) => Object.keys(each)))];
  return found.map((group, i) => ({
    name: keys.length === 0 ? group[0].summary.name : variantLabel(values[i], keys),
    values: values[i],
    source: group[0].summary.name,
    runs: newestOfSeeds(group).map(({ run, summary }) => {
      const { seed, status, error } = summary;
      return { directory: run, seed, status, error, summary };
    }),
  }));
}

function requireSummary(run: RunDirectory): Summary {
  const summary = readSummary(run);
  if (summary) return summary;
  throw new UserError(`run ${run.id} hasn't ended`, {
    code: 'run-unfinished',
    hint: `wait for it, or resume it: ${ablate('resume', run.id)}`,
  });
}

/** The same configuration with the same seed gives the same result: one of them counts. */
function newestOfSeeds(group: readonly Finished[]): Finished[] {
  const ordered = group.toSorted(
    (a, b) => Number(a.summary.status === 'FINISHED') - Number(b.summary.status === 'FINISHED'),
  );
  return [...new Map(ordered.map((each) => [each.summary.seed, each])).values()];
}

/** Of each run the value of every key that some run has another value of than the first one. */
function differencesOf(runs: readonly RunDirectory[]): Record<string, Json>[] {
  const [first, ...others] = runs.map(({ config }) => loadExperiment(config).config);
  const found = others.map((config) => differences(first, config).filter(({ path }) => !WORDS.test(path)));
  const base = new Map(found.flat().map(({ path, before }) => [path, before ?? null]));
  return [[], ...found].map((own) =>
    Object.fromEntries([...base, ...own.map(({ path, after }): [string, Json] => [path, after ?? null])]),
  );
}
