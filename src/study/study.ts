import type { Across } from '../analysis/across-datasets.js';
import type { Answer } from '../analysis/answer.js';
import type { ChanceStudy } from '../analysis/chance.js';
import type { Scope } from '../analysis/scope.js';
import type { Agreement, McNemar } from '../analysis/statistics/mcnemar.js';
import type { TwoLevel } from '../analysis/statistics/two-level.js';
import type { SweepMetric } from '../config/schema/experiment.generated.js';
import type { GivenNames } from '../config/sweep/names.js';
import type { Json } from '../config/text/tree.js';
import type { Choice } from '../sweep/ledger.js';
import type { RunStatus } from '../tracking/journal-events.js';

/** Runs that are compared: what was asked, what was trained, and the results. All that reports are made from. */
export interface Study {
  /** The sweep's name, or the names of what is compared. */
  title: string;
  /** What was asked; null if nothing. */
  question: string | null;
  /** The metric that the variants are compared by. */
  metric: SweepMetric;
  /** Null where there are fewer than two variants with a value. */
  answer: Answer | null;
  /** What the answer is about; absent or null where its runs don't say how their data were divided. */
  scope?: Scope | null;
  /** Of a sweep that asks the same of several datasets: what they say together, and the study of each. */
  across?: AcrossStudy;
  /** Which source of chance moves the metric, where nothing else was varied; there is no answer then. */
  chance?: ChanceStudy | null;
  /** How the two variants that the answer speaks of first do on the test images; null where that isn't known. */
  testSet?: TestSet | null;
  /** What was stated before, what was chosen after, and how often was looked. */
  ledger?: Ledger;
  /** The search that drew the variants; absent or null where they were listed, or are of several sweeps. */
  search?: { id: string; method: string } | null;
  /** In the order of the sweep. */
  variants: StudyVariant[];
  /** Names of those that failed to learn what the others did; factors and interactions are of the others. Absent without any. */
  farBehind?: string[];
  /** What was varied, the most important first where that is known. Empty for runs that belong to no sweep. */
  factors: Factor[];
  /** Of two factors at a time, each mean over all else; empty unless the variants are a full grid. */
  interactions: Interaction[];
  /** Share of the variance of runs that is noise between seeds; null or absent where it isn't known. */
  noise?: number | null;
  /** Of two single models on the same test images; null unless there are two variants of one run each. */
  models?: ModelComparison | null;
  /** Images of the test set that the best variant gets wrong most often; empty unless asked for. */
  misclassified: Misclassified[];
  /** Of models of rows, what runs of the best variants said of each test row; absent unless asked for. */
  testedRows?: TestedRows[];
  /** Of models of rows, those of the test that the best variant gets most wrong; absent unless asked for. */
  worstRows?: WorstRow[];
  origin: StudyOrigin;
}

/** How the study was made, so that it can be repeated. */
export interface StudyOrigin {
  /** Ids of the sweeps and of the runs that were named. */
  ids: string[];
  /** The commands that trained them: `ablate run experiments/faq/pooling.yaml`. */
  commands: string[];
  versions: { ablate: string; tensorflow: string[]; node: string };
  /** Of the trained runs: `CPU`, `GPU: NVIDIA H100`. */
  devices: string[];
  /** Processor, cores and memory: `Example 3000, 2 cores, 8 GiB`. */
  machines?: string[];
  /** Of the earliest and the latest run, ISO 8601; null without runs. */
  started: string | null;
  ended: string | null;
}

/** One question on several datasets. Of the study around it, answer and variants are over all of them. */
export interface AcrossStudy extends Omit<Across, 'answer'> {
  studies: { dataset: string; study: Study }[];
}

/** What was stated before the runs, what was chosen after, and how often was looked. */
export interface Ledger {
  /** Of the (first) sweep; null where the runs belong to none, so that nothing was stated. */
  stated: (Choice & { seeds: number; mostSeeds: number }) | null;
  /** What this comparison chose otherwise, in words. */
  chosenAfter: string[];
  /** Whether something was chosen after the runs could be seen: then no error rate holds. */
  exploratory: boolean;
  /** Comparisons before this one. */
  looks: number;
  /** Different choices among these that aren't what was stated, nor this one's. */
  otherChoices: number;
  sentence: string;
}

/** Accuracies on test images that all runs were tested on: shares, with intervals of seeds and images both. */
export interface TestSet {
  variants: ({ name: string } & TwoLevel)[];
  /** The first variant less the second, over the seeds that both have; null without one. */
  difference: TwoLevel | null;
}

export interface StudyVariant {
  /** What tells it apart: `kernel_size=3 pooling=max`. */
  name: string;
  /** Dotted key → value, of what the sweep varies. */
  values: Record<string, Json>;
  /** What the experiment file calls it and its values; absent where it names none. */
  names?: GivenNames;
  /** In ascending order of their seeds. */
  runs: StudyRun[];
  cost: VariantCost;
  /** Over the test sets of its finished runs; null where none was tested. */
  confusion: ConfusionMatrix | null;
}

/** What a variant costs; means over its finished runs, null without any. */
export interface VariantCost {
  /** Weights, counted one by one. */
  parameters: number | null;
  /** Of one image forward; multiplications and additions counted separately. */
  flops: number | null;
  /** Of training, in seconds; validation and tests don't count. */
  trainingSeconds: number | null;
}

/** Rows are true classes, columns predictions; means over the runs. */
export interface ConfusionMatrix {
  classes: string[];
  counts: number[][];
}

export interface StudyRun {
  id: string;
  seed: number;
  status: RunStatus;
  /** The study's metric; null if the run has none. */
  value: number | null;
  /** As in its summary. */
  metrics: Record<string, number>;
  /** Dotted key → value, where it differs from other runs of the study. */
  differences: Record<string, Json>;
  /** Metric name → its value after each epoch, from epoch 1; empty unless curves were asked for. */
  curves: Record<string, EpochPoint[]>;
  epochs: number;
  trainingSeconds: number;
  samplesPerSecond: number;
  error: string | null;
  /** Its directory, for what lies in it. */
  directory: string;
}

export interface EpochPoint {
  epoch: number;
  value: number;
}

/** Something that was varied, all else averaged over. */
export interface Factor {
  /** Dotted key: `model.kernel_size`. */
  key: string;
  levels: FactorLevel[];
  /** Share of the variance of runs that it explains, beyond what noise would seem to, 0 to 1; null where it can't be known. */
  importance: number | null;
  /** At 95 %; null or absent where the noise between seeds isn't known. */
  importanceInterval?: readonly [lower: number, upper: number] | null;
  /** That any two levels differ, adjusted for all of the sweep's questions; null unless the variants are a full grid. */
  pValue: number | null;
  /** Which level is best, all other factors averaged over seed by seed; null unless it is a full grid of several factors. */
  answer?: Answer | null;
}

export interface FactorLevel {
  /** Null where variants don't have the parameter. */
  value: Json;
  /** Whether it stands for variants that don't have the parameter. */
  isAbsent?: boolean;
  /** How many runs. */
  n: number;
  mean: number;
  /** Of the mean, at 95 %; null below two runs. */
  interval: { lower: number; upper: number } | null;
}

export interface Interaction {
  factors: [string, string];
  /** Share of the variance of runs, beyond what noise would seem to explain; null where it can't be known. */
  importance: number | null;
  /** Adjusted for all interactions and questions. */
  pValue: number | null;
  /** [levels of the first][levels of the second] */
  means: number[][];
}

/** Two models, not their configurations: with another seed either would be another model. */
export interface ModelComparison {
  /** The variants' names. */
  first: string;
  second: string;
  agreement: Agreement;
  /** McNemar's, of the first less the second. */
  test: McNemar;
}

/** A row of the test set that runs of a variant get wrong. */
export interface WorstRow {
  /** In the test set. */
  index: number;
  /** The class, or the number. */
  truth: string | number;
  /** What most runs say; of numbers the mean over them. */
  prediction: string | number;
  /** Of numbers, the mean absolute error over the runs. */
  error?: number;
  /** How many runs are wrong, of how many. */
  runs: number;
  tested: number;
  /** Column → what stands there, as text. */
  cells: Record<string, string>;
}

/** What a run said of each test row. */
export interface TestedRows {
  variant: string;
  /** Of the run. */
  seed: number;
  /** How many runs of the variant were tested. */
  runs: number;
  target:
    | { type: 'numbers'; columns: { name: string; truth: number[]; predicted: number[] }[] }
    /** `truth` and `probabilities` are row-major [rows, labels]. */
    | { type: 'labels'; labels: string[]; truth: Int32Array; probabilities: Float32Array; scores: LabelScore[] }
    /** `probabilities` are of yes. */
    | { type: 'binary'; classes: string[]; labels: Int32Array; probabilities: Float32Array };
}

/** Of a label; means over the variant's runs. */
export interface LabelScore {
  label: string;
  /** Test rows that have it. */
  rows: number;
  precision: number;
  recall: number;
  f1: number;
  averagePrecision: number;
}

/** An image of the test set that most runs of a variant get wrong. */
export interface Misclassified {
  /** In the test set. */
  index: number;
  label: string;
  /** The prediction made most often, and by how many of the runs. */
  prediction: string;
  runs: number;
  /** Of how many. */
  tested?: number;
  /** How probable these runs hold it, on average; absent or null where they don't say. */
  confidence?: number | null;
  /** A PNG. */
  png: Uint8Array;
}
