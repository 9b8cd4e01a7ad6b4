// What `import … from 'ablate'` gives. Loaded quickly: each function loads what it needs when it is called.
export { check, loadExperiment } from './experiments.js';
export { plan } from './planning.js';
export { predictor } from './predictor.js';
export { compare, loadStudy } from './studies.js';
export { run, sweep } from './training.js';
export { ConfigError } from '../config/text/config-error.js';
export { UserError } from '../text/errors.js';
export type { Answer } from '../analysis/answer.js';
export type { Experiment } from '../config/schema/experiment.generated.js';
export type { ExperimentInput } from '../config/schema/input.generated.js';
export type { Problem } from '../config/text/problems.js';
export type { RunWatchEvent as RunEvent } from '../protocol/watching.js';
export type { Study } from '../study/study.js';
export type {
  CheckedVariant,
  CheckResult,
  ExperimentLike,
  ExperimentOptions,
  LoadedExperiment,
} from './experiments.js';
export type { EngineOptions, Environment, RunsOptions, WorkOptions } from './options.js';
export type { PlanOptions, PlanResult } from './planning.js';
export type { ImageInput, Prediction, PredictOptions, Predictor, PredictorOptions } from './predictor.js';
export type { StudyOptions } from './studies.js';
export type { RunOptions, RunResult, SweepEvent, SweepOptions, SweepResult, SweepTrial } from './training.js';
