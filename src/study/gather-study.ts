import { isSearch } from '../config/sweep/method.js';
import { usualGoal } from '../config/sweep/resolve.js';
import { answerQuestion, type Answer } from '../analysis/answer.js';
import { USUAL_ALPHA } from '../analysis/comparison.js';
import { isChanceAlone, studyChance, type ChanceRun } from '../analysis/chance.js';
import { labelledByDataset } from '../config/sweep/by-dataset.js';
import { DATASET } from '../config/sweep/datasets.js';
import { answerOnDatasets } from '../sweep/across.js';
import { variantCalled } from '../config/variants/baseline.js';
import { variantTitles } from '../config/sweep/words.js';
import { questionsOf } from '../config/sweep/grid-questions.js';
import { seedValues } from '../analysis/statistics/pairing.js';
import { mean } from '../analysis/statistics/describe.js';
import type { SweepMetric } from '../config/schema/experiment.generated.js';
import type { DatasetProgress } from '../data/dataset.js';
import { UserError } from '../text/errors.js';
import { cautionOfLooks } from '../sweep/earlier-looks.js';
import { leftOutOf } from '../sweep/left-out.js';
import type { SweepEvent } from '../sweep/sweep-journal.js';
import { meanConfusion } from './artifacts.js';
import { type Effects, effectsOf } from './factors.js';
import { farBehind } from './far-behind.js';
import { type ChosenNow, ledgerOf } from './ledger.js';
import { misclassifiedBy } from './misclassified.js';
import { compareModels } from './model-comparison.js';
import { readNamed, type NamedRuns } from './named-runs.js';
import { originOf } from './origin.js';
import { areFoldsTested, scopeOfAnswer, toldFirst } from './scope.js';
import { testSetOf } from './test-set.js';
import { testedRowsOf } from './tested-rows.js';
import { worstRowsOf } from './worst-rows.js';
import type { AcrossStudy, Study, StudyVariant, VariantCost } from './study.js';
import { studyRun, type FoundRun } from './study-run.js';
import type { FoundVariant } from './sweep-variants.js';
import { ablate } from '../system/shell.js';
import { mainMetricOf } from '../text/main-metric.js';
import { counted } from '../text/words.js';

export interface StudyOptions {
  /** By which the variants are compared; the first sweep's metric unless told, without a sweep the first run's main one. */
  metric?: string;
  /** The variant that all others are compared with: its name, or a part of it that no other name has. */
  baseline?: string;
  /** The smallest difference that matters; the sweep's own unless told. */
  margin?: number;
  /** 0.05 unless told. */
  alpha?: number;
  /** Whether every run's journal is read for its values after each epoch. */
  curves?: boolean;
  /** Whether every run's confusion matrix is read. */
  confusion?: boolean;
  /** Whether this look is noted in the ledgers of the sweeps: someone sees what it comes to. */
  notesLook?: boolean;
  /** How many images are shown that the best variant gets wrong; none unless told. */
  misclassified?: number;
  /** Told while it takes long. */
  onProgress?: (progress: StudyProgress) => void;
}

export type StudyProgress = { step: 'runs'; done: number } | { step: 'data'; progress: DatasetProgress };

/** Variants whose test rows are read. */
const MOST_TESTED = 3;
/** Rows that are shown of those that are most wrong. */
const MOST_ROWS = 15;

/** So often it is told how many runs were read. */
const REPORTED_RUNS = 500;

/**
 * Gathers the results of sweeps and runs on disk: each sweep gives its variants, other runs are gathered into variants by
 * their configuration. Of ten thousand runs only summaries are read, which takes seconds, unless more is asked for.
 * @param ids sweeps and runs, named as `findSweepOrRun` takes them
 * @throws UserError `unknown-metric`, `unknown-baseline`, `nothing-to-compare`, `invalid-margin`, as `findSweepOrRun`
 */
export async function gatherStudy(
  runsDirectory: string,
  ids: readonly string[],
  options: StudyOptions = {},
): Promise<Study> {
  const named = readNamed(runsDirectory, ids, countRuns(options.onProgress));
  requireRuns(named);
  const asked = askedOf(named, options);
  const datasets = asked.isOneSweep ? named.sweeps[0].begun.datasets : undefined;
  return datasets ? studyDatasets(named, asked, datasets, options) : studyOf(named, asked, options);
}

async function studyOf(named: NamedRuns, asked: Asked, options: StudyOptions): Promise<Study> {
  const { metric, judgement, isOneSweep } = asked;
  const variants = named.variants.map((variant) => studyVariant(variant, metric.name, options));
  const isOfChance = isChanceAlone(variants);
  const answer = isOfChance ? null : answerOf(named, variants, asked);
  const behind = isOfChance ? [] : farBehind(variants, metric);
  const others = variants.filter(({ name }) => !behind.includes(name));
  const effects = isOneSweep && !isOfChance ? effectsOf(others, { metric, ...judgement }) : NO_EFFECTS;
  return {
    title: titleOf(named),
    question: asked.question,
    metric,
    answer,
    scope: scopeOfAnswer(named.variants, variants, metric.name, answer),
    testSet: answer && !areFoldsTested(named.variants) ? testSetOf(variants, answer, toldFirst(answer)) : null,
    ledger: await ledgerOf(named, choiceOf(asked, answer), options.notesLook ?? false),
    chance: isOfChance ? studyChance(chanceRuns(variants), metric.name) : null,
    search: isOneSweep ? searchOf(named.sweeps[0].begun) : null,
    variants,
    ...(behind.length > 0 && { farBehind: behind }),
    ...effects,
    models: compareModels(variants),
    misclassified: await misclassifiedOf(variants, answer, options),
    ...(await rowsOf(variants, answer, options)),
    origin: originOf(named),
  };
}

/** The same question on each dataset, and what they say together. */
async function studyDatasets(
  named: NamedRuns,
  asked: Asked,
  datasets: readonly string[],
  options: StudyOptions,
): Promise<Study> {
  const { judgement } = asked;
  const studies = [];
  for (const [dataset, variants] of labelledByDataset(named.variants)) {
    const questions = questionsOf(variants.map(({ values }) => values));
    const its = { ...asked, judgement: { ...judgement, questions } };
    // A look at the whole is one look.
    studies.push({ dataset, study: await studyOf({ ...named, variants }, its, { ...options, notesLook: false }) });
  }
  const variants = overDatasets(studies);
  const across = answerOnDatasets(
    { ...asked, ...judgement, baseline: baselineOf(asked, variants), datasets: [...datasets] },
    new Map(studies.map(({ dataset, study }) => [dataset, study.variants])),
  );
  const answer = across && {
    ...across.answer,
    cautions: [...across.answer.cautions, ...cautionsOfSweeps(named, asked.metric)],
  };
  return {
    title: titleOf(named),
    question: asked.question,
    metric: asked.metric,
    answer,
    ledger: await ledgerOf(named, choiceOf(asked, answer), options.notesLook ?? false),
    ...(across && { across: { ...across, studies } }),
    variants,
    ...NO_EFFECTS,
    models: null,
    misclassified: [],
    origin: originOf(named),
  };
}

/** Each variant with its runs on all datasets. */
function overDatasets(studies: AcrossStudy['studies']): StudyVariant[] {
  const found = new Map<string, StudyVariant>();
  for (const { dataset, study } of studies) {
    for (const variant of study.variants) {
      const known = found.get(variant.name) ?? { ...variant, runs: [], confusion: null };
      const runs = variant.runs.map((run) => ({ ...run, differences: { [DATASET]: dataset, ...run.differences } }));
      found.set(variant.name, { ...known, runs: [...known.runs, ...runs] });
    }
  }
  return [...found.values()];
}

/** How the runs are compared, for the ledger. */
function choiceOf({ metric, judgement }: Asked, answer: Answer | null): ChosenNow {
  return {
    metric: metric.name,
    margin: judgement.margin ?? null,
    alpha: judgement.alpha,
    baseline: answer?.baseline ?? null,
  };
}

function searchOf({ id, method }: SweepEvent): Study['search'] {
  return isSearch(method) ? { id, method } : null;
}

const NO_EFFECTS: Effects = { factors: [], interactions: [], noise: null };

/** What is asked of the runs that are named. */
interface Asked {
  question: string | null;
  metric: SweepMetric;
  /** Whether it is all of one sweep, and nothing else. */
  isOneSweep: boolean;
  baseline?: string;
  judgement: { margin?: number; alpha: number; sequential: boolean; questions: number };
}

/** What was stated before the runs holds, unless the user states it anew. */
function askedOf(named: NamedRuns, { metric, margin, alpha, baseline }: StudyOptions): Asked {
  const { sweeps, variants } = named;
  const isOneSweep = sweeps.length === 1 && variants.length === sweeps[0].variants.length;
  const begun = sweeps.map((sweep) => sweep.begun);
  return {
    question: isOneSweep ? sweeps[0].begun.question : null,
    metric: metricOf(named, metric),
    isOneSweep,
    // One that was stated and has no run yet is none.
    baseline: baseline ?? (isOneSweep ? variants.find(({ name }) => name === begun[0].baseline)?.name : undefined),
    judgement: {
      margin: margin ?? begun.find((each) => each.margin != null)?.margin ?? undefined,
      alpha: alpha ?? begun.find((each) => each.alpha !== undefined)?.alpha ?? USUAL_ALPHA,
      sequential: sweeps.some(({ begun }) => begun.seed_range !== undefined),
      // Runs of several sweeps ask which is best alone.
      questions: isOneSweep ? questionsOf(variants.map(({ values }) => values)) : 1,
    },
  };
}

function chanceRuns(variants: readonly StudyVariant[]): ChanceRun[] {
  return variants.flatMap(({ values, runs }) =>
    runs.flatMap(({ value }) => (value === null ? [] : [{ values, value }])),
  );
}

function countRuns(onProgress: StudyOptions['onProgress']): () => void {
  let done = 0;
  return () => {
    if (++done % REPORTED_RUNS === 0) onProgress?.({ step: 'runs', done });
  };
}

function requireRuns({ variants }: NamedRuns): void {
  if (variants.length > 0) return;
  throw new UserError('no run of it has ended yet', {
    code: 'nothing-to-compare',
    hint: `wait for it: \`${ablate('status')}\` shows what is in progress, \`${ablate('resume')}\` resumes what was interrupted`,
  });
}

function metricOf({ sweeps, variants }: NamedRuns, asked: string | undefined): SweepMetric {
  const own = sweeps.at(0)?.begun.metric;
  const measured = variants.flatMap(({ runs }) => runs.flatMap(({ summary }) => summary ?? []));
  const name = asked ?? own?.name ?? mainMetricOf(measured.at(0)?.metrics);
  const names = new Set(measured.flatMap(({ metrics }) => Object.keys(metrics)));
  if (measured.length > 0 && names.size > 0 && !names.has(name)) {
    throw new UserError(`no run has a metric ${name}`, {
      code: 'unknown-metric',
      hint: `choose one of ${[...names].sort().join(', ')}: --metric NAME`,
      exitCode: 2,
    });
  }
  if (own?.name === name) return own;
  return { name, goal: usualGoal(name) };
}

function studyVariant(
  { name, values, names, runs }: FoundVariant,
  metric: string,
  options: StudyOptions,
): StudyVariant {
  const ordered = runs.toSorted((a, b) => a.seed - b.seed);
  const studied = ordered.map((run) => studyRun(run, metric, values, options.curves ?? false));
  return {
    name,
    values,
    ...(names && { names }),
    runs: studied,
    cost: costOf(runs),
    confusion: options.confusion ? meanConfusion(studied) : null,
  };
}

/** Means over the finished runs; a model's size is the same in each. */
function costOf(runs: readonly FoundRun[]): VariantCost {
  const finished = runs.flatMap(({ summary, status }) => (summary && status === 'FINISHED' ? [summary] : []));
  const meanOf = (values: readonly (number | undefined)[]): number | null => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? null : mean(known);
  };
  return {
    parameters: meanOf(finished.map(({ parameters }) => parameters)),
    flops: meanOf(finished.map(({ flops }) => flops)),
    trainingSeconds: meanOf(finished.map((summary) => summary.training_seconds)),
  };
}

function answerOf(named: NamedRuns, variants: readonly StudyVariant[], asked: Asked): Answer | null {
  const { question, metric, judgement } = asked;
  const reference = baselineOf(asked, variants);
  if (variants.length < 2) return null;
  const titles = titlesOf(variants);
  const answer = answerQuestion({
    question,
    metric,
    baseline: reference,
    ...judgement,
    variants: variants.map(({ name, runs }, i) => ({
      name,
      title: titles[i],
      values: seedValues(runs),
      leftOut: leftOutOf(runs),
    })),
  });
  return { ...answer, cautions: [...answer.cautions, ...cautionsAbout(named, metric)] };
}

function titlesOf(variants: readonly StudyVariant[]): string[] {
  return variantTitles(variants.map(({ name: label, values, names }) => ({ label, values, names })));
}

/** The name of the variant that is asked for as the baseline. @throws UserError `unknown-baseline` */
function baselineOf({ baseline: asked }: Asked, variants: readonly StudyVariant[]): string | undefined {
  if (asked === undefined) return undefined;
  const titles = titlesOf(variants);
  const names = variants.map(({ name }) => name);
  const meant = variantCalled(
    asked,
    names.map((name, i) => [name, titles[i]]),
  );
  if (meant.place !== null) return names[meant.place];
  const { message, expected } = meant;
  throw new UserError(message, { code: 'unknown-baseline', hint: `name ${expected}`, exitCode: 2 });
}

/** What only the runs themselves tell, and a reader must know. */
function cautionsAbout(named: NamedRuns, metric: SweepMetric): string[] {
  const digests = named.variants.map(
    ({ runs }) => new Set(runs.flatMap(({ summary }) => summary?.dataset_digest ?? [])),
  );
  const isOfOneData = new Set(digests.flatMap((each) => [...each])).size <= 1;
  return [
    ...cautionsOfSweeps(named, metric),
    ...(isOfOneData ? [] : ['Not all runs had the same data: what differs may be due to them.']),
  ];
}

/** What the sweeps tell of themselves, and a reader must know. */
function cautionsOfSweeps({ sweeps }: NamedRuns, metric: SweepMetric): string[] {
  const unfinished = sweeps.filter(({ trials, ended }) => ended < trials);
  const others = sweeps.filter(({ begun }) => begun.metric.name !== metric.name);
  return [
    ...unfinished.map(
      ({ begun, trials, ended }) => `Only ${ended} of the ${counted(trials, 'trial')} of ${begun.name} have ended.`,
    ),
    ...others.map(
      ({ begun }) => `${begun.name} named ${begun.metric.name} as its metric before it ran, not ${metric.name}.`,
    ),
    ...sweeps.flatMap(({ begun }) => cautionOfLooks(begun.earlier_looks ?? [])),
  ];
}

function titleOf({ sweeps, variants }: NamedRuns): string {
  const loose = variants.filter(({ source }) => !sweeps.some(({ begun }) => begun.name === source));
  return [...new Set([...sweeps.map(({ begun }) => begun.name), ...loose.map(({ source }) => source)])].join(', ');
}

/** Of models of rows, what the best variants' runs said of them, and which the leader gets most wrong. */
async function rowsOf(
  variants: readonly StudyVariant[],
  answer: Answer | null,
  { confusion, misclassified, onProgress }: StudyOptions,
): Promise<Pick<Study, 'testedRows' | 'worstRows'>> {
  const leader = variants.find(({ name }) => name === answer?.leader) ?? variants.at(0);
  if (!confusion || !leader) return {};
  const best = variants.filter(({ name }) => name !== leader.name && answer?.best.includes(name));
  const testedRows = [leader, ...best].slice(0, MOST_TESTED).flatMap((variant) => testedRowsOf(variant) ?? []);
  const told = { onProgress: (progress: DatasetProgress) => onProgress?.({ step: 'data', progress }) };
  const worstRows = misclassified ? await worstRowsOf(leader, Math.min(misclassified, MOST_ROWS), told) : [];
  return { testedRows, worstRows };
}

function misclassifiedOf(
  variants: readonly StudyVariant[],
  answer: Answer | null,
  { misclassified, onProgress }: StudyOptions,
): Promise<Study['misclassified']> {
  const best = variants.find(({ name }) => name === answer?.leader) ?? variants.at(0);
  if (!misclassified || !best) return Promise.resolve([]);
  return misclassifiedBy(best, misclassified, {
    onProgress: (progress) => onProgress?.({ step: 'data', progress }),
  });
}
