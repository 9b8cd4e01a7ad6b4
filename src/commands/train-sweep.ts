import { resolve } from 'node:path';
import type { SweepConfig } from '../config/experiment.js';
import { toYaml } from '../config/format.js';
import { cellLabel } from '../config/sweep-label.js';
import { type Cell, cellOf, sweepSeeds, sweptKeys } from '../config/sweep.js';
import { messageOf, UserError } from '../errors.js';
import { LocalScheduler } from '../scheduling/local.js';
import { readMachine, visibleGpus } from '../scheduling/machine.js';
import { chooseParallelism, type Parallelism } from '../scheduling/parallelism.js';
import { EarlierRuns } from '../sweep/earlier-runs.js';
import { Pruner } from '../sweep/pruning/pruner.js';
import { runSweep, type SweepEnd } from '../sweep/run-sweep.js';
import { readSweepRecord, SweepJournal, type SweepRecord } from '../sweep/sweep-journal.js';
import {
  createSweep,
  findSweepOf,
  type SweepDirectory,
  type SweepSummary,
  writeSweepSummary,
} from '../sweep/sweep-store.js';
import { TrialChoices } from '../sweep/trial-choice.js';
import { ListedTrials, type TrialSource } from '../sweep/trial-source.js';
import type { Engine } from '../tensorflow/engine.js';
import { whileHolding } from '../tracking/run-lock.js';
import { DatasetDigests } from './dataset-digests.js';
import type { CheckedExperiment } from './experiment-arguments.js';
import { showSweep, type SweepDisplay } from './sweep-display.js';
import type { SweepSettings } from './sweep-options.js';
import { sweepRuns, sweepSize } from './sweep-summary.js';
import { SweepTracking } from './sweep-tracking.js';
import { SweepView } from './sweep-view.js';
