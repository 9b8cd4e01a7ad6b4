import { dirname } from 'node:path';
import { readSweepRecord, type SweepEvent } from '../sweep/sweep-journal.js';
import { type Choice, isSameChoice, type Look, noteLook, readLooks, statedChoice } from '../sweep/ledger.js';
import { sweepDirectory, type SweepDirectory } from '../sweep/sweep-store.js';
import { readIdentity } from '../tracking/run-store.js';
import { counted, listed } from '../text/words.js';
import type { NamedRuns } from './named-runs.js';
import type { Ledger } from './study.js';
import type { FoundRun } from './study-run.js';
import type { FoundSweep } from './sweep-variants.js';

/** How the runs are compared now. */
export type ChosenNow = Omit<Choice, 'named'>;

/**
 * Tells how a comparison was chosen, and notes it in the ledgers of the sweeps that it looks at.
 * @param notes whether it is to be noted: a person or a program sees the answer
 */
export async function ledgerOf(named: NamedRuns, now: ChosenNow, notes: boolean): Promise<Ledger> {
  const choice: Choice = { ...now, named: [...named.ids].sort() };
  const sweeps = [...named.sweeps, ...parentsOf(named)];
  const noted = await Promise.all(sweeps.map((sweep) => lookAt(sweep, choice, notes)));
  const before = noted.flatMap((each) => each.before);
  const begun = sweeps.at(0)?.begun;
  const stated = begun ? statedBy(begun) : null;
  const chosenAfter = stated ? differencesFrom(stated, choice) : ['which runs are compared'];
  const others = before.filter((look) => !isSameChoice(look, choice) && !(stated && isSameChoice(look, stated)));
  const ledger = {
    stated,
    chosenAfter,
    exploratory: chosenAfter.length > 0,
    looks: before.length,
    otherChoices: distinct(others).length,
  };
  const problems = noted.flatMap(({ problem }) => problem ?? []);
  return { ...ledger, sentence: [...sentencesOf(ledger, choice), ...problems.slice(0, 1).map(unnoted)].join(' ') };
}

/** What a look needs of a sweep. */
type LookedAt = Pick<FoundSweep, 'directory' | 'begun' | 'ended'>;

/** The sweeps that named runs are trials of, but for those that are named themselves. */
function parentsOf({ sweeps, variants }: NamedRuns): LookedAt[] {
  const own = new Set(sweeps.map(({ directory }) => directory.path));
  const trials = new Set(sweeps.flatMap((sweep) => sweep.variants.flatMap(({ runs }) => runs)));
  const loose = variants.flatMap(({ runs }) => runs.filter((run) => !trials.has(run)));
  const parents = new Map(loose.flatMap(parentOf).map((parent) => [parent.path, parent]));
  return [...parents.values()].filter(({ path }) => !own.has(path)).flatMap(sweepIfReadable);
}

/** A sweep lies beside its runs. */
function parentOf({ directory }: FoundRun): SweepDirectory[] {
  try {
    const { parent } = readIdentity(directory);
    return parent === undefined ? [] : [sweepDirectory(dirname(directory.path), parent)];
  } catch {
    return [];
  }
}

function sweepIfReadable(directory: SweepDirectory): LookedAt[] {
  try {
    const { begun, ends } = readSweepRecord(directory);
    return [{ directory, begun, ended: ends.size }];
  } catch {
    // The sweep of a run is gone, or damaged.
    return [];
  }
}

async function lookAt(
  { directory, ended }: LookedAt,
  choice: Choice,
  notes: boolean,
): Promise<{ before: Look[]; problem?: string }> {
  if (!notes) return { before: readLooks(directory) };
  return noteLook(directory, { time: Date.now(), ended, ...choice });
}

function statedBy(begun: SweepEvent): NonNullable<Ledger['stated']> {
  const { seeds, seed_range: range } = begun;
  return { ...statedChoice(begun), seeds: range?.min ?? seeds.length, mostSeeds: seeds.length };
}

function differencesFrom(stated: Choice, { metric, margin, alpha, baseline, named }: Choice): string[] {
  const isWhole = named.length === 1 && named[0] === stated.named[0];
  return [
    metric === stated.metric ? null : `the metric ${metric}`,
    margin === stated.margin ? null : `the margin ${margin ?? 'none'}`,
    alpha === stated.alpha ? null : `α = ${alpha}`,
    baseline === stated.baseline ? null : `the baseline ${baseline ?? 'none'}`,
    isWhole ? null : 'which runs are compared',
  ].filter((each) => each !== null);
}

function distinct(looks: readonly Choice[]): Choice[] {
  return looks.reduce<Choice[]>(
    (found, look) => (found.some((other) => isSameChoice(other, look)) ? found : [...found, look]),
    [],
  );
}

function sentencesOf({ stated, chosenAfter, looks, otherChoices }: Omit<Ledger, 'sentence'>, choice: Choice): string[] {
  const others = otherChoices > 0 ? `, with ${counted(otherChoices, 'other choice')}` : '';
  return [
    stated === null ? 'Nothing was stated before these runs.' : statedSentence(stated),
    chosenAfter.length > 0
      ? `Exploratory: ${listed(chosenAfter, chosenAfter.length)} ${chosenAfter.length > 1 ? 'were' : 'was'} chosen after, so the chance of a false answer is above ${choice.alpha}.`
      : otherChoices > 0
        ? 'This comparison is the stated one.'
        : '',
    looks === 0 ? '' : `Compared ${looks === 1 ? 'once' : `${looks} times`} before${others}.`,
  ].filter((sentence) => sentence !== '');
}

function statedSentence({
  metric,
  margin,
  alpha,
  baseline,
  seeds,
  mostSeeds: most,
}: NonNullable<Ledger['stated']>): string {
  const range = most > seeds ? `${seeds} to ${counted(most, 'seed')}` : counted(seeds, 'seed');
  const limit = margin === null ? 'no margin' : `a margin of ${margin}`;
  return `Stated before the runs: ${metric}, ${range}, α = ${alpha}, ${limit}, ${baseline === null ? 'no baseline' : `the baseline ${baseline}`}.`;
}

function unnoted(problem: string): string {
  return `This look couldn’t be noted: ${problem}.`;
}
