import { resolve } from 'node:path';
import { toPortableYaml } from '../config/portable.js';
import { UserError } from '../errors.js';
import type { Parallelism } from '../scheduling/parallelism.js';
import type { Scheduler } from '../scheduling/scheduler.js';
import { earlierLooks } from '../sweep/earlier-looks.js';
import { EarlierRuns } from '../sweep/earlier-runs.js';
import { Pruner } from '../sweep/pruning/pruner.js';
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
import { seedRangeOf, sweepSeeds } from '../config/sweep.js';
import { describeOrigin } from '../tracking/run-description.js';
import { whileHolding } from '../tracking/run-lock.js';
import { VERSION } from '../version.js';
import { DatasetDigests } from './dataset-digests.js';
import { resumeCommand } from './run-job.js';
import { showStatusLine } from './status-line.js';
import { showSweep, type SweepDisplay } from './sweep-display.js';
import type { SweepSettings } from './sweep-options.js';
import { sweepRuns, sweepSize } from './sweep-summary.js';
import { SweepTracking } from './sweep-tracking.js';
import { type SweepExperiment, trialsOf } from './sweep-trials.js';
import { SweepView } from './sweep-view.js';
import type { TrainingPlace } from './training-place.js';

/** What a sweep is run with. */
export interface SweepContext {
  place: TrainingPlace;
  settings: SweepSettings;
  runsDirectory: string;
  /** Ends the sweep in order. */
  signal: AbortSignal;
  /** Takes the workers, to end them at once. */
  onWorkers: (scheduler: Scheduler) => void;
}

/**
 * Trains every variant with every seed, shown on standard error and followed to MLflow. A sweep of exactly this
 * configuration that is there already is gone on with.
 * @param existing to go on with; unless it is given, it is looked for
 */
export async function trainSweep(
  experiment: SweepExperiment,
  context: SweepContext,
  existing = findExisting(experiment, context),
): Promise<SweepSummary> {
  const begun = existing && readSweepRecord(existing).begun;
  const source = begun?.source ?? resolve(experiment.file);
  const status = showStatusLine(process.stderr);
  const data = new DatasetDigests(source, status.onProgress);
  const parallelism = await shareOut(experiment, context, data, begun).finally(status.clear);
  const sweep = existing ?? createSweep(context.runsDirectory, experiment.config.name, toPortableYaml(experiment));
  const session = { experiment, context, sweep, source, data, parallelism };
  return whileHolding(sweep, () => runSession(session, existing === undefined), process.pid);
}

function findExisting(experiment: SweepExperiment, context: SweepContext): SweepDirectory | undefined {
  if (context.settings.force) return undefined;
  return findSweepOf(context.runsDirectory, toPortableYaml(experiment));
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
  { config, cells }: SweepExperiment,
  { place, settings: { jobs, threads } }: SweepContext,
  data: DatasetDigests,
  before: SweepEvent | undefined,
): Promise<Parallelism> {
  if (before && threads !== undefined && threads !== before.threads) throw otherThreads(before.id, before.threads);
  const trials = sweepRuns(config, cells ?? []);
  const datasetBytes = (): Promise<number> => data.bytesOf(config);
  return place.shareOut({
    trials,
    method: config.sweep.method,
    jobs,
    threads: threads ?? before?.threads,
    datasetBytes,
  });
}

async function runSession(session: SweepSession, isNew: boolean): Promise<SweepSummary> {
  const { context, sweep, parallelism } = session;
  const { jobs } = parallelism;
  const journal = new SweepJournal(sweep);
  if (isNew) journal.append(await beginningOf(session));
  const record = readSweepRecord(sweep);
  journal.append({ type: 'state', status: 'RUNNING', jobs });
  const scheduler = await context.place.open(parallelism, session.experiment.config);
  context.onWorkers(scheduler);
  try {
    const summary = await runTrials(session, scheduler, journal, record);
    if (summary.status !== 'FINISHED')
      process.stderr.write(`\`${resumeCommand(sweep.runsDirectory, sweep.id)}\` goes on with it\n`);
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
    // A sequential test allows for any number of looks.
    earlier_looks: seedRangeOf(config) ? undefined : earlierLooks(sweep.runsDirectory, config, sweep.id),
    command: context.settings.command,
    trials: sweepRuns(config, experiment.cells ?? []),
    threads: parallelism.threads,
    force: context.settings.force,
    origin: await describeOrigin(config, source, { ablate: VERSION }),
    params: sweepParams(config.sweep),
  };
}

async function runTrials(
  session: SweepSession,
  scheduler: Scheduler,
  journal: SweepJournal,
  record: SweepRecord,
): Promise<SweepSummary> {
  const { experiment, context, sweep, data } = session;
  const { sweep: config, training } = experiment.config;
  const { metric, max_retries: retries, early_terminate: rule } = config;
  const facts = { metric, total: record.trials, jobs: session.parallelism.jobs };
  const display = showSweep(new SweepView(facts, () => performance.now() / 1000), process.stderr);
  const tracking = new SweepTracking(experiment.config, sweep, display.message);
  announce(session, record, display);
  const source = await trialsOf(experiment, { journal, record, say: display.message });
  try {
    const { rerunFailed, failFast, checkpointSeconds } = context.settings;
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
      pruner: rule ? new Pruner(rule, metric, training.epochs) : undefined,
      jobs: session.parallelism.jobs,
      signal: context.signal,
      onProgress: (progress) => {
        if (progress.type === 'trial-begun') tracking.begun(sweep.runsDirectory, progress.run);
        if (progress.type === 'trial-ended') tracking.ended(sweep.runsDirectory, progress.end.run);
        display.onProgress(progress);
      },
    });
    return conclude(session, journal, record, { ...end, seconds: (performance.now() - started) / 1000 });
  } finally {
    source.close();
    await tracking.finish();
    display.end();
  }
}

/** Writes down what the session came to. */
function conclude(
  { sweep, parallelism: { jobs } }: SweepSession,
  journal: SweepJournal,
  { begun }: SweepRecord,
  end: SweepEnd & { seconds: number },
): SweepSummary {
  const summary = summarizeSweep(begun, { ...end, jobs });
  writeSweepSummary(sweep, summary);
  journal.append({ type: 'state', status: end.status, jobs, error: end.error ?? undefined });
  return summary;
}

function announce(
  { experiment, parallelism, context }: SweepSession,
  record: SweepRecord,
  display: SweepDisplay,
): void {
  const size = sweepSize(experiment.config, experiment.cells ?? []);
  display.message(`${record.begun.id}: ${size}, ${context.place.describe(parallelism)}`);
  const done = record.ends.size;
  const most = done === record.trials ? 'all' : String(done);
  if (record.runs.size > 0) display.message(`${most} of its trials have ended already (--force begins a new sweep)`);
}

function otherThreads(id: string, threads: number): UserError {
  return new UserError(
    `sweep ${id} began with ${threads} threads a worker: with others, results differ in their last bits`,
    {
      code: 'threads-differ',
      hint: 'leave --threads out to go on, or begin a new sweep with --force',
      exitCode: 2,
    },
  );
}
