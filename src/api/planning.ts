import type { SweepSize } from '../config/variants/size.js';
import type { RunProgress } from '../protocol/events.js';
import type { Calibration } from '../protocol/job.js';
import type { LaunchEvent } from '../protocol/watching.js';
import type { Plan } from '../run/plan.js';
import { checked, type ExperimentLike, type ExperimentOptions } from './experiments.js';
import { type EngineOptions, engineSettings, type WorkOptions } from './options.js';
import { working } from './working.js';

export interface PlanOptions extends ExperimentOptions, EngineOptions, WorkOptions<RunProgress | LaunchEvent> {
  /** Whether some steps are measured, for an estimate of the time: it needs TensorFlow, and is so unless told. */
  calibration?: boolean;
}

/** What an experiment would take. */
export interface PlanResult {
  plan: Plan;
  /** How fast it trains here; undefined where it wasn't measured, or TensorFlow isn't installed. */
  calibration: Calibration | undefined;
  /** Of a run through all its epochs, by the calibration. */
  seconds: number | undefined;
  /** How many runs its sweep is; null without a sweep. */
  sweep: SweepSize | null;
}

/**
 * Tells what an experiment would take: layers, parameters, FLOPs, memory, time.
 * @throws ConfigError; UserError as reading the data does
 */
export function plan(experiment: ExperimentLike, options: PlanOptions = {}): Promise<PlanResult> {
  return working(options, async (work) => {
    const { planExperiment, startCalibrator } = await import('../launch/planning.js');
    const { estimateSeconds } = await import('../run/plan.js');
    const { sizeOfSweep } = await import('../config/variants/size.js');
    const settings = engineSettings(options);
    const checkedOne = await checked(experiment, options);
    const calibrator = options.calibration === false ? undefined : await startCalibrator(settings, work);
    try {
      const planned = await planExperiment(checkedOne, calibrator, work);
      const { calibration, variants } = planned;
      return {
        plan: planned.plan,
        calibration,
        seconds: calibration && estimateSeconds(planned.plan, calibration),
        sweep: variants ? sizeOfSweep(checkedOne.config, variants) : null,
      };
    } finally {
      calibrator?.close();
    }
  });
}
