import type { Command } from 'commander';
import { addEngineOptions, type EngineOptions, readEngineOptions } from '../launch/options/engine.js';
import type { PlannedExperiment } from '../run/plan.js';

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
  const { splitArguments, loadAll } = await import('../launch/experiment-arguments.js');
  const { checkAgainstModels } = await import('../launch/pinned-models.js');
  const { planExperiment, startCalibrator } = await import('../launch/planning.js');
  const { statusStarter } = await import('../launch/terminal/status-starter.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const settings = readEngineOptions(options);
  const experiments = await loadAll(splitArguments(words));
  await checkAgainstModels(experiments, 'runs');
  const status = showStatusLine(process.stderr);
  const { clear, ...starter } = statusStarter(status);
  const calibrator = options.calibration ? await startCalibrator(settings, starter) : undefined;
  const planned: PlannedExperiment[] = [];
  try {
    for (const experiment of experiments) {
      if (calibrator) status.update('Starting TensorFlow');
      planned.push(await planExperiment(experiment, calibrator, starter));
    }
  } finally {
    calibrator?.close();
    clear();
  }
  const { planJson, planText } = await import('../display/plan-format.js');
  process.stdout.write(options.json ? planJson(planned) : planned.map(planText).join('\n'));
}
