import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Calibration, LocatedExperiment } from '../job.js';
import type { Plan } from '../run-plan.js';
import { type EngineOptions, addEngineOptions, chooseEngine } from './engine.js';
import type { PlannedExperiment } from './plan-format.js';
import type { StatusLine } from './status-line.js';

interface Options extends EngineOptions {
  calibration: boolean;
  json?: true;
}

/** Adds `ablate plan` to the program. */
export function registerPlan(program: Command): void {
  const command = program
    .command('plan')
    .description('tell what experiments would take: layers, parameters, FLOPs, memory, time')
    .argument('<file...>', 'experiment files, or folders of them, then overrides: training.batch_size=256')
    .option('--no-calibration', 'measure no training steps: no estimate of the time, no TensorFlow needed')
    .option('--json', 'print the plans as JSON')
    .action(plan);
  addEngineOptions(command);
}

async function plan(words: string[], options: Options): Promise<void> {
  const { splitArguments, loadAll } = await import('./experiment-arguments.js');
  const { showStatusLine } = await import('./status-line.js');
  const experiments = await loadAll(splitArguments(words));
  const status = showStatusLine(process.stderr);
  const calibrator = options.calibration ? await startCalibrator(options, status) : undefined;
  const planned: PlannedExperiment[] = [];
  try {
    for (const { file, config, cells } of experiments) {
      const experiment = { config, source: resolve(file) };
      const described = await planOf(experiment, status);
      planned.push({ file, experiment, cells, plan: described, calibration: await calibrator?.calibrate(experiment) });
    }
  } finally {
    calibrator?.close();
    status.clear();
  }
  const { planJson, planText } = await import('./plan-format.js');
  process.stdout.write(options.json ? planJson(planned) : planned.map(planText).join('\n'));
}

async function isTensorFlowInstalled(): Promise<boolean> {
  const { findTensorFlow } = await import('../tensorflow/library/find.js');
  return (await findTensorFlow()).library !== undefined;
}

async function planOf(experiment: LocatedExperiment, { onProgress }: StatusLine): Promise<Plan> {
  const { loadDatasetOf } = await import('../run-dataset.js');
  const { planRun } = await import('../run-plan.js');
  return planRun(experiment.config, await loadDatasetOf(experiment, { onProgress }));
}

interface Calibrator {
  calibrate: (experiment: LocatedExperiment) => Promise<Calibration>;
  close: () => void;
}

/** None without TensorFlow: to install it takes longer, and more room, than a plan is worth. */
async function startCalibrator(
  options: EngineOptions,
  { update, onProgress }: StatusLine,
): Promise<Calibrator | undefined> {
  if (options.backend === 'tensorflow' && !(await isTensorFlowInstalled())) {
    process.stderr.write(
      'The time is not estimated, since native TensorFlow is not installed: install it by `ablate install`, or say ' +
        '--no-calibration.\n',
    );
    return undefined;
  }
  const engine = await chooseEngine(options);
  const { WorkerProcess } = await import('../scheduling/worker-process.js');
  const { answerOf } = await import('../scheduling/failure.js');
  const worker = new WorkerProcess(engine);
  return {
    calibrate: async (experiment) => {
      update('Starting TensorFlow');
      return answerOf(await worker.do({ type: 'calibrate', experiment }, { onProgress }));
    },
    close: () => {
      worker.close();
    },
  };
}
