import { basename, dirname } from 'node:path';
import type { Answers, LocatedExperiment } from '../protocol/job.js';
import type { ExplainSoundTask, ExplainTask } from '../explanation/task.js';
import type { InferenceTask } from '../inference/tasks.js';
import type { ModelPlace } from '../inference/model-place.js';
import { UserError } from '../text/errors.js';
import type { RunProgress } from '../protocol/events.js';
import { type EngineSettings, findEngine, type Starter } from './engine.js';

type SessionTask = InferenceTask | ExplainTask | ExplainSoundTask;

/** A worker that answers questions about trained models, which stay loaded from one to the next. */
export interface InferenceSession {
  /** @throws UserError what the task throws; `worker-crashed` */
  ask: <Type extends SessionTask['type']>(task: Extract<SessionTask, { type: Type }>) => Promise<Answers[Type]>;
  close: () => void;
}

/** Finds TensorFlow (or installs it) and starts a worker with it. */
export async function openInferenceSession(
  settings: EngineSettings,
  starter: Starter<RunProgress>,
): Promise<InferenceSession> {
  const engine = await findEngine(settings, starter);
  const { WorkerProcess } = await import('../scheduling/worker-process.js');
  const { answerOf } = await import('../scheduling/failure.js');
  const { environment, onEvent: onProgress } = starter;
  const worker = new WorkerProcess(engine, { environment });
  return {
    ask: async (task) => answerOf(await worker.do(task, { onProgress })),
    close: () => {
      worker.close();
    },
  };
}

/**
 * The experiment that a model was trained by: its run's configuration, and where its paths start.
 * @throws UserError `run-not-found` for a model that lies in no run
 */
export async function experimentOf({ name, run }: ModelPlace): Promise<LocatedExperiment> {
  if (run === undefined) {
    throw new UserError(`${name} is a model without its run, which would tell its data`, {
      code: 'run-not-found',
      hint: "give the run's folder; evaluate takes data from an experiment file, too: --dataset FILE",
      exitCode: 2,
    });
  }
  const { loadExperiment } = await import('../config/load.js');
  const { readIdentity, runDirectory } = await import('../tracking/run-store.js');
  const directory = runDirectory(dirname(run), basename(run));
  const { config } = loadExperiment(directory.config);
  return { config, source: readIdentity(directory).source ?? directory.config };
}
