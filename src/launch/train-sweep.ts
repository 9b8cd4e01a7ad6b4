import { resolve } from 'node:path';
import { toPortableYaml } from '../config/portable.js';
import { datasetTitle } from '../config/dataset-title.js';
import { measuredOn, scopeOfSweep } from '../sweep/sweep-scope.js';
import { titlesOf } from '../config/sweep/datasets.js';
import { statedBaseline } from '../config/variants/baseline.js';
import { UserError } from '../text/errors.js';
import type { Parallelism } from '../scheduling/parallelism.js';
import type { SweepBegunEvent, SweepWatchEvent } from '../protocol/watching.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { earlierLooks } from '../sweep/earlier-looks.js';
import { EarlierRuns } from '../sweep/earlier-runs.js';
import { TrialStopper } from '../sweep/early-stopping/trial-stopper.js';
import { runSweep, type SweepEnd } from '../sweep/run-sweep.js';
import { readSweepRecord, type SweepEvent, SweepJournal, type SweepRecord } from '../sweep/sweep-journal.js';
import { sweepParams } from '../sweep/sweep-params.js';
import { summarizeSweep } from '../sweep/sweep-state.js';
import {
  configDigest,
  createSweep,
  findSweepOf,
  type SweepDirectory,
  type SweepSummary,
  writeSweepSummary,
} from '../sweep/sweep-store.js';
import { TrialChoices } from '../sweep/trial-choice.js';
import { sizeOfSweep } from '../config/variants/size.js';
import { foldsOf, expandSweep, seedRangeOf, sweepSeeds } from '../config/variants/sweep.js';
import { type Tracked, withUndelivered } from '../tracking/follow-end.js';
import { describeOrigin } from '../tracking/run-description.js';
import { whileHolding } from '../tracking/run-lock.js';
import { VERSION } from '../system/version.js';
import { tellNotice } from './engine.js';
import { DatasetDigests } from './dataset-digests.js';
import type { TrainingSettings } from './settings.js';
import { SweepTracking } from './tracking/sweep-tracking.js';
import { type SweepExperiment, trialsOf } from './sweep-trials.js';
import type { Trainer } from './train-run.js';

/** What a sweep is run with. */
export interface SweepContext extends Trainer<SweepWatchEvent> {
  settings: TrainingSettings;
}

/**
 * Trains every variant with every seed, followed to MLflow. A sweep of exactly this configuration that is there already
 * is resumed.
 * @param existing to resume; unless it is given, it is looked for
 */
export async function trainSweep(
  given: SweepExperiment,
  context: SweepContext,
  existing = findExisting(given, context),
): Promise<SweepSummary & Tracked> {
  const begun = existing && readSweepRecord(existing).begun;
  const experiment = begun ? withVariantsOf(begun, given) : given;
  const source = begun?.source ?? resolve(experiment.file);
  const { settings, environment, onEvent } = context;
  const data = new DatasetDigests(source, { onProgress: onEvent, environment });
  const parallelism = await shareOut(experiment, context, data, begun);
  const sweep = existing ?? createSweep(settings.runsDirectory, experiment.config.name, toPortableYaml(experiment));
  const session = { experiment, context, sweep, source, data, parallelism };
  return whileHolding(sweep, () => runSession(session, existing === undefined), process.pid);
}

function findExisting(experiment: SweepExperiment, { settings }: SweepContext): SweepDirectory | undefined {
  if (settings.force) return undefined;
  return findSweepOf(settings.runsDirectory, toPortableYaml(experiment));
}

/** Trials are known by the numbers of their variants, which a sweep keeps from its beginning. */
function withVariantsOf(begun: SweepEvent, experiment: SweepExperiment): SweepExperiment {
  if (begun.method !== 'random' || begun.distinct) return experiment;
  return { ...experiment, variants: expandSweep(experiment, undefined, begun) };
}

interface SweepSession {
  experiment: SweepExperiment;
  context: SweepContext;
  sweep: SweepDirectory;
  /** The experiment file. */
  source: string;
  data: DatasetDigests;
  parallelism: Parallelism;
}

async function shareOut(
  { config, variants }: SweepExperiment,
  { place, settings: { jobs, threads } }: SweepContext,
  data: DatasetDigests,
  before: SweepEvent | undefined,
): Promise<Parallelism> {
  if (before && threads !== undefined && threads !== before.threads) throw otherThreads(before.id, before.threads);
  const trials = sizeOfSweep(config, variants ?? []).runs;
  const datasetBytes = (): Promise<number> => data.bytesOf(config);
  return place.shareOut({
    trials,
    method: config.sweep.method,
    jobs,
    threads: threads ?? before?.threads,
    datasetBytes,
  });
}

async function runSession(session: SweepSession, isNew: boolean): Promise<SweepSummary & Tracked> {
  const { context, sweep, parallelism } = session;
  const { jobs } = parallelism;
  const journal = new SweepJournal(sweep);
  if (isNew) journal.append(await beginningOf(session));
  const record = readSweepRecord(sweep);
  journal.append({ type: 'state', status: 'RUNNING', jobs });
  const scheduler = await context.place.open(parallelism, session.experiment.config);
  context.onWorkers?.(scheduler);
  try {
    const summary = await runTrials(session, scheduler, journal, record);
    context.onEvent({ type: 'sweep-ended', summary });
    return summary;
  } finally {
    scheduler.close();
    journal.close();
  }
}

async function beginningOf({ experiment, context, sweep, source, parallelism }: SweepSession): Promise<SweepEvent> {
  const { config } = experiment;
  return {
    type: 'sweep',
    id: sweep.id,
    name: config.name,
    source,
    config_digest: configDigest(sweep),
    question: config.question,
    method: config.sweep.method,
    metric: config.sweep.metric,
    seeds: sweepSeeds(config),
    seed_range: seedRangeOf(config) ?? undefined,
    margin: config.sweep.margin,
    alpha: config.sweep.alpha,
    baseline: statedBaseline(config.sweep, experiment.variants ?? []) ?? undefined,
    scope: config.sweep.datasets
      ? undefined
      : { measured: measuredOn(config.sweep.metric.name, config, false), dataset: datasetTitle(config.dataset) },
    datasets: config.sweep.datasets && titlesOf(config.sweep.datasets),
    folds: foldsOf(config) ?? undefined,
    // A sequential test allows for any number of looks.
    earlier_looks: seedRangeOf(config) ? undefined : earlierLooks(sweep.runsDirectory, config, sweep.id),
    command: context.settings.command,
    trials: sizeOfSweep(config, experiment.variants ?? []).runs,
    threads: parallelism.threads,
    force: context.settings.force ?? false,
    origin: await describeOrigin(config, source, { ablate: VERSION }, context.environment),
    distinct: true,
    params: sweepParams(config.sweep),
  };
}

async function runTrials(
  session: SweepSession,
  scheduler: Scheduler,
  journal: SweepJournal,
  record: SweepRecord,
): Promise<SweepSummary & Tracked> {
  const { experiment, context, sweep, data } = session;
  const { sweep: config, training } = experiment.config;
  const { metric, max_retries: retries, early_terminate: rule } = config;
  const { onEvent, environment, signal } = context;
  const say = tellNotice(onEvent);
  const tracking = new SweepTracking(experiment.config, sweep, { say, environment });
  onEvent(sweepBegun(session, record));
  const source = await trialsOf(experiment, { journal, record, say, starter: context });
  let summary: SweepSummary;
  try {
    const { rerunFailed = false, failFast = false, checkpointSeconds } = context.settings;
    const earlier = new EarlierRuns(sweep.runsDirectory);
    const digestOf = data.digestOf.bind(data);
    const started = performance.now();
    const end = await runSweep({
      sweep,
      metric,
      source,
      scheduler,
      journal,
      record,
      retries,
      failFast,
      checkpointSeconds,
      choices: new TrialChoices({ earlier, record, digestOf, rerunFailed }),
      stopper: rule ? new TrialStopper(rule, metric, training.epochs) : undefined,
      jobs: session.parallelism.jobs,
      signal: signal ?? new AbortController().signal,
      onProgress: (progress) => {
        if (progress.type === 'trial-begun') tracking.begun(sweep.runsDirectory, progress.run);
        if (progress.type === 'trial-ended') tracking.ended(sweep.runsDirectory, progress.end.run);
        onEvent(progress);
      },
    });
    summary = conclude(session, journal, record, { ...end, seconds: (performance.now() - started) / 1000 });
  } finally {
    source.close();
    await tracking.finish();
  }
  return withUndelivered(summary, tracking.undelivered);
}

/** Writes down the results of the session. */
function conclude(
  { sweep, parallelism: { jobs } }: SweepSession,
  journal: SweepJournal,
  { begun }: SweepRecord,
  end: SweepEnd & { seconds: number },
): SweepSummary {
  const summary = summarizeSweep(begun, { ...end, jobs }, scopeOfSweep(sweep, begun, end.results));
  writeSweepSummary(sweep, summary);
  journal.append({ type: 'state', status: end.status, jobs, error: end.error ?? undefined });
  return summary;
}

function sweepBegun({ experiment, sweep, parallelism }: SweepSession, record: SweepRecord): SweepBegunEvent {
  const { config, variants = [] } = experiment;
  return {
    type: 'sweep-begun',
    id: sweep.id,
    path: sweep.path,
    metric: config.sweep.metric,
    size: sizeOfSweep(config, variants),
    trials: record.trials,
    ended: record.ends.size,
    resumed: record.runs.size > 0,
    ...parallelism,
  };
}

function otherThreads(id: string, threads: number): UserError {
  return new UserError(
    `sweep ${id} began with ${threads} threads a worker: with others, results differ in their last bits`,
    {
      code: 'threads-differ',
      hint: 'leave --threads out to continue, or begin a new sweep with --force',
      exitCode: 2,
    },
  );
}
