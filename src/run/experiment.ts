import { UserError, explanationOf } from '../text/errors.js';
import { type Job, endRequestOf } from '../protocol/job.js';
import { everyIndex } from '../data/rows.js';
import { saveModel } from '../model/save.js';
import { writeModelSummary, writeTestArtifacts } from './artifacts.js';
import { RunCheckpoints } from './checkpoints.js';
import { loadDatasetOf } from './dataset.js';
import type { RunProgress } from '../protocol/events.js';
import { mlmodelFiles } from './mlmodel.js';
import { RunRecorder, createRunOf } from './recorder.js';
import { initializeVectors } from './initial-vectors.js';
import { initializeWeights } from './initial-weights.js';
import { robustAccuracy } from './robustness.js';
import { modelMetadata } from './model-metadata.js';
import { chooseThresholds } from './thresholds.js';
import { type RunSetup, labelsOf, setUpRun, testParts, trainingInputs, writeBack } from './setup.js';
import type { Runtime } from '../tensorflow/runtime.js';
import { whileHolding } from '../tracking/run-lock.js';
import { readSummary, type Summary, runDirectory } from '../tracking/run-store.js';
import type { Checkpoint } from '../training/checkpoint.js';
import { type EvaluationParts, Evaluator, evaluationMetrics } from '../training/evaluation.js';
import { train } from '../training/trainer.js';

export interface RunHooks {
  onProgress: (progress: RunProgress) => void;
  /** Ends the run after the steps under way, as the `EndRequest` says that it is aborted with. */
  signal?: AbortSignal;
}

/**
 * One run, from its configuration to its directory: reads the data, builds the model, trains, tests, saves; or what is left
 * of that, of a run that was interrupted. What fails within the run is told by its summary, not thrown.
 * @throws UserError when the run's directory can't be written, `run-in-use`, `run-changed`
 */
export async function runExperiment(job: Job, startRuntime: () => Promise<Runtime>, hooks: RunHooks): Promise<Summary> {
  const run = job.resume ? runDirectory(job.runsDirectory, job.resume) : await createRunOf(job);
  return whileHolding(run, async () => {
    const isFinished = job.resume !== undefined && readSummary(run)?.status === 'FINISHED';
    const recorder = new RunRecorder(run, job);
    hooks.onProgress({ type: 'created', id: run.id, path: run.path });
    try {
      return await perform(job, startRuntime, recorder, hooks);
    } catch (error) {
      // What it came to stays, whatever keeps it from being done again.
      if (isFinished) {
        recorder.stays('FINISHED');
        throw error;
      }
      const [status, reason] = endOf(hooks.signal, error);
      return recorder.end(status, reason, error instanceof UserError ? error.files : undefined);
    } finally {
      recorder.close();
    }
  });
}

async function perform(
  job: Job,
  startRuntime: () => Promise<Runtime>,
  recorder: RunRecorder,
  hooks: RunHooks,
): Promise<Summary> {
  const runtime = await startRuntime();
  const setup = setUpRun(job.config, await loadDatasetOf(job, hooks), runtime);
  try {
    return await trainTestSave(job, setup, recorder, hooks);
  } finally {
    setup.dispose();
  }
}

async function trainTestSave(job: Job, setup: RunSetup, recorder: RunRecorder, hooks: RunHooks): Promise<Summary> {
  recorder.ready(setup);
  for (const path of writeModelSummary(recorder.run, setup.built.model)) recorder.artifact(path);
  hooks.onProgress(readyEvent(setup));
  const checkpoints = new RunCheckpoints(job, recorder, hooks.onProgress);
  const newest = await checkpoints.newest(setup);
  const trainsOn = newest === undefined && job.trainsOn !== undefined;
  const from = trainsOn ? await checkpoints.ofFinished(job.trainsOn ?? '', setup) : newest;
  await initialize(job, setup, { recorder, hooks, from });
  const result = await train({
    config: job.config.training,
    ...trainingInputs(setup),
    signal: hooks.signal,
    from,
    trainsOn,
    // The trials of a sweep are many, and none of them is trained on.
    keepsLast: job.sweep === undefined,
    checkpoints: checkpoints.writer,
    onEvent: (event) => {
      if (event.type === 'epoch') recorder.epoch(event);
      hooks.onProgress(event);
    },
  });
  recorder.trained(result);
  if (result.status === 'INTERRUPTED') return checkpoints.endRun(...endOf(hooks.signal));
  if (result.status === 'DIVERGED') return checkpoints.endRun('DIVERGED', result.reason);
  setup.parts.target = chooseThresholds({ ...setup, target: setup.parts.target }, job.config.training.threshold);
  recorder.decides(setup.parts.target);
  hooks.onProgress({ type: 'tested', metrics: testOnce(job, setup, recorder) });
  await saveTrained(setup, recorder);
  await checkpoints.keepLast(result.last);
  return checkpoints.endRun('FINISHED');
}

/**
 * What is pruned follows from the first weights: a run that is resumed needs them for that, where the weights of its
 * checkpoint don't tell it.
 */
async function initialize(
  job: Job,
  setup: RunSetup,
  { recorder, hooks, from }: { recorder: RunRecorder; hooks: RunHooks; from: Checkpoint | undefined },
): Promise<void> {
  const { pruning, weights } = setup.parts;
  if (from && (!pruning || pruning.findAgain((weight) => from.values.weights[weights.indexOf(weight)]))) return;
  const initialized = await initializeWeights(job, setup);
  const vectors = await initializeVectors(job, setup);
  const pruned = pruning?.begin();
  if (from) return;
  recorder.initialized({ initialized, pruned, vectors });
  for (const each of vectors) hooks.onProgress({ type: 'vectors', ...each });
  if (initialized) hooks.onProgress(initialized);
  if (pruned) hooks.onProgress({ type: 'pruned', ...pruned });
}

/** The test set is scored once a run, after everything is decided. */
function testOnce(job: Job, setup: RunSetup, recorder: RunRecorder): Record<string, number> {
  const { count, target } = setup.dataset.test;
  const wanted = job.config.training.metrics;
  const { parts, dispose } = testParts(setup);
  const evaluator = new Evaluator(parts);
  const evaluation = evaluator.evaluate(everyIndex(count));
  evaluator.dispose();
  const robust = wanted.includes('robust_accuracy') ? robustMetrics(setup, parts) : {};
  dispose();
  const metrics = { ...evaluationMetrics('test', wanted, evaluation, parts.target, target), ...robust };
  recorder.tested(metrics);
  for (const path of writeTestArtifacts(recorder.run, setup.dataset, parts.target, evaluation)) recorder.artifact(path);
  return metrics;
}

/** Of the final weights only: it takes five evaluations. */
function robustMetrics({ dataset, parts, validation }: RunSetup, test: EvaluationParts): Record<string, number> {
  const labels = labelsOf(dataset.test);
  const ofTest = { test_robust_accuracy: robustAccuracy(test, everyIndex(labels.length), labels) };
  if (validation.length === 0) return ofTest;
  return { val_robust_accuracy: robustAccuracy(parts, validation, labelsOf(dataset.train)), ...ofTest };
}

async function saveTrained(setup: RunSetup, recorder: RunRecorder): Promise<void> {
  writeBack(setup);
  const metadata = modelMetadata(setup.dataset, setup.parts);
  await saveModel(setup.built.model, recorder.run.model, metadata, mlmodelFiles(setup));
  recorder.artifact('model/model.json');
}

/** How a run ends that didn't finish; an interrupted download throws an error too. */
function endOf(signal: AbortSignal | undefined, error?: unknown): [Summary['status'], string] {
  if (!signal?.aborted) return ['FAILED', explanationOf(error)];
  const { status, reason } = endRequestOf(signal);
  return [status, reason];
}

function readyEvent({ dataset, train: examples, validation, parameters, parts }: RunSetup): RunProgress {
  return {
    type: 'ready',
    dataset: dataset.name,
    train: examples.length,
    validation: validation.length,
    test: dataset.test.count,
    parameters,
    device: parts.runtime.device,
    version: parts.runtime.version,
  };
}
