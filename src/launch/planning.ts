import { resolve } from 'node:path';
import type { RunProgress } from '../protocol/events.js';
import type { Calibration, LocatedExperiment } from '../protocol/job.js';
import type { PlannedExperiment } from '../run/plan.js';
import { ablate } from '../system/shell.js';
import { type EngineSettings, findEngine, type Starter, tellNotice } from './engine.js';
import type { CheckedExperiment } from './experiment-arguments.js';

/** Measures how fast experiments train on this machine. */
export interface Calibrator {
  calibrate: (experiment: LocatedExperiment) => Promise<Calibration>;
  close: () => void;
}

/** What an experiment would take; its time only with a calibrator. */
export async function planExperiment(
  { file, config, variants, data }: CheckedExperiment,
  calibrator: Calibrator | undefined,
  { onEvent, environment, signal }: Starter<RunProgress>,
): Promise<PlannedExperiment> {
  const { loadDatasetOf } = await import('../run/dataset.js');
  const { planRun } = await import('../run/plan.js');
  const experiment = { config, source: resolve(file) };
  const dataset = await loadDatasetOf(experiment, { onProgress: onEvent, environment, signal });
  const plan = planRun(config, dataset);
  return { file, experiment, variants, data, plan, calibration: await calibrator?.calibrate(experiment) };
}

/** None without TensorFlow: to install it takes longer, and more room, than a plan is worth. */
export async function startCalibrator(
  settings: EngineSettings,
  starter: Starter<RunProgress>,
): Promise<Calibrator | undefined> {
  const { onEvent, environment, signal } = starter;
  if (settings.backend === 'tensorflow' && !(await isTensorFlowInstalled(environment))) {
    tellNotice(onEvent)(
      `The time is not estimated, since native TensorFlow is not installed: install it by \`${ablate('install')}\`, ` +
        'or say --no-calibration.',
    );
    return undefined;
  }
  const engine = await findEngine(settings, starter);
  const { WorkerProcess } = await import('../scheduling/worker-process.js');
  const { answerOf } = await import('../scheduling/failure.js');
  const worker = new WorkerProcess(engine, { environment });
  return {
    calibrate: async (experiment) =>
      answerOf(await worker.do({ type: 'calibrate', experiment }, { onProgress: onEvent, signal })),
    close: () => {
      worker.close();
    },
  };
}

async function isTensorFlowInstalled(environment: NodeJS.ProcessEnv): Promise<boolean> {
  const { findTensorFlow } = await import('../tensorflow/library/find.js');
  return (await findTensorFlow({ env: environment })).library !== undefined;
}
