import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { configHash } from '../../src/config/hash.js';
import { loadExperiment } from '../../src/config/load.js';
import { pinnedReference } from '../../src/config/model-reference.js';
import type { EndRequest, Job } from '../../src/protocol/job.js';
import { digestOfModel } from '../../src/model/digest.js';
import type { RunProgress } from '../../src/protocol/events.js';
import { runExperiment } from '../../src/run/experiment.js';
import type { Runtime } from '../../src/tensorflow/runtime.js';
import { readHistory } from '../../src/tracking/run-history.js';
import { readJournal } from '../../src/tracking/journal.js';
import { type Summary, runDirectory } from '../../src/tracking/run-store.js';
import { pointsOf } from '../support/kills.js';
import { temporaryFolder, writeExperiment } from '../support/runs.js';
import { recordSyncs } from '../support/syncs.js';
import { startTensorFlow } from '../support/tensorflow.js';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await startTensorFlow();
});

const EXPERIMENT = `
name: small
dataset: { name: mnist, train_fraction: 0.02, validation_split: 0.02 }
model:
  layers:
    - { type: conv2d, filters: 2 }
    - { type: batch_normalization }
    - { type: pooling2d }
    - { type: flatten }
    - { type: dropout, rate: 0.2 }
    - { type: dense, activation: softmax }
training: { epochs: 4, batch_size: 100, seed: 5 }
tracking: none
`;

/** What has a state, each in its own way. */
const VARIANTS: Record<string, string[]> = {
  'AMSGrad, a rate that watches, early stopping that goes back': [
    'training.optimizer={name: adam, learning_rate: 0.05, amsgrad: true}',
    'training.learning_rate_schedule={name: reduce_on_plateau, patience: 1, factor: 0.5, monitor: train_loss}',
    'training.early_stopping={monitor: val_loss, patience: 3, restore_best_weights: true}',
  ],
  'momentum, a rate by step, augmentation, clipping': [
    'training.optimizer={name: sgd, learning_rate: 0.05, momentum: 0.9}',
    'training.learning_rate_schedule={name: one_cycle}',
    'training.gradient_clipping={global_clipnorm: 1}',
    'augmentation.rotation={factor: 0.1}',
  ],
  'layers that are unfrozen in turn, with learning rates of their own': [
    'training.trainable=[dense]',
    'training.unfreeze={2: [conv2d], 4: [batch_normalization]}',
    'training.learning_rate_multipliers={conv2d: 0.1}',
  ],
  'pruned kernels': ['training.pruning={sparsity: 0.5}', 'training.optimizer={name: adamw, learning_rate: 0.01}'],
  'centered RMSprop, no validation, a last batch that is smaller': [
    'training.optimizer={name: rmsprop, learning_rate: 0.001, centered: true}',
    'dataset.validation_split=0',
    'training.batch_size=130',
  ],
};

function jobOf(overrides: string[]): Job {
  const folder = temporaryFolder();
  const file = writeExperiment(folder, EXPERIMENT);
  const { config } = loadExperiment(file, { overrides });
  const runsDirectory = join(folder, 'runs');
  return { config, configHash: configHash(config), source: file, runsDirectory, checkpointSeconds: 0 };
}

/** Does a job until an event of its progress that it is to be ended at. */
async function doUntil(
  job: Job,
  isMoment: (progress: RunProgress) => boolean,
  request?: EndRequest,
): Promise<{ summary: Summary; events: RunProgress[] }> {
  const events: RunProgress[] = [];
  const ending = new AbortController();
  const summary = await runExperiment(job, () => Promise.resolve(runtime), {
    signal: ending.signal,
    onProgress: (progress) => {
      events.push(progress);
      if (isMoment(progress)) ending.abort(request);
    },
  });
  return { summary, events };
}

const weightsOf = ({ runsDirectory }: Job, { id }: Summary): string =>
  readFileSync(join(runDirectory(runsDirectory, id).model, 'weights.bin')).toString('base64');

describe('a run from the weights of another', () => {
  it('continues to the same bits from its checkpoint alone, but begins from those only', async () => {
    const source = jobOf(['training.epochs=1']);
    const { summary: pretrained } = await doUntil(source, () => false);
    const { model, path } = runDirectory(source.runsDirectory, pretrained.id);
    const words = ['training.epochs=3', `training.initial_weights="${pinnedReference(model, digestOfModel(model))}"`];
    const job = jobOf([...words, 'training.pruning={sparsity: 0.5}']);
    const { summary: reference } = await doUntil(job, () => false);
    const { summary: interrupted } = await doUntil(job, ({ type }) => type === 'epoch');
    expect(interrupted.status).toBe('KILLED');
    rmSync(path, { recursive: true });
    const { summary: resumed } = await doUntil({ ...job, resume: interrupted.id }, () => false);
    expect(resumed.status, resumed.error ?? undefined).toBe('FINISHED');
    expect(weightsOf(job, resumed)).toBe(weightsOf(job, reference));
    const { summary: begun } = await doUntil(job, () => false);
    expect(begun.error).toMatch(/which this run starts from, is not in .*bring it back/s);
  });
});

describe('a run', () => {
  it.each(Object.entries(VARIANTS))('interrupted in every epoch comes to the same bits: %s', async (_, overrides) => {
    const job = jobOf(overrides);
    const { summary: reference } = await doUntil(job, () => false);
    expect(reference.status).toBe('FINISHED');
    let interrupted = await doUntil(job, ({ type }) => type === 'progress');
    const resumed: RunProgress[] = [];
    for (let sessions = 1; interrupted.summary.status === 'KILLED'; sessions++) {
      let seen = 0;
      const isMoment = ({ type }: RunProgress): boolean => type === 'progress' && ++seen > 1 + (sessions % 4);
      interrupted = await doUntil({ ...job, resume: interrupted.summary.id }, isMoment);
      resumed.push(...interrupted.events.filter(({ type }) => type === 'resumed'));
    }
    const { summary } = interrupted;
    expect(resumed.some((event) => event.type === 'resumed' && event.step > 0 && event.epoch > 1)).toBe(true);
    expect(summary.metrics).toEqual(reference.metrics);
    expect(weightsOf(job, summary)).toBe(weightsOf(job, reference));
    const journals = [summary, reference].map(({ id }) => readJournal(runDirectory(job.runsDirectory, id).journal));
    expect(pointsOf(journals[0])).toEqual(pointsOf(journals[1]));
    expect(existsSync(runDirectory(job.runsDirectory, summary.id).checkpoints)).toBe(false);
  });

  it.each([
    ['a rate that watches', VARIANTS['AMSGrad, a rate that watches, early stopping that goes back']],
    ['what is unfrozen later', VARIANTS['layers that are unfrozen in turn, with learning rates of their own']],
  ])('that trains a finished one on comes to the bits of one go: %s', async (_, overrides) => {
    const job = jobOf(overrides);
    const { summary: reference } = await doUntil(job, () => false);
    const shorter = { ...job, config: { ...job.config, training: { ...job.config.training, epochs: 2 } } };
    const { summary: finished } = await doUntil(shorter, () => false);
    expect(finished).toMatchObject({ status: 'FINISHED', epochs: 2, error: null });
    const { summary, events } = await doUntil({ ...job, trainsOn: finished.id }, () => false);
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(2);
    expect(summary.metrics).toEqual(reference.metrics);
    expect(weightsOf(job, summary)).toBe(weightsOf(job, reference));
    const journals = [summary, reference].map(({ id }) => readJournal(runDirectory(job.runsDirectory, id).journal));
    expect(pointsOf(journals[0])).toEqual(pointsOf(journals[1]));
    expect(readHistory(runDirectory(job.runsDirectory, summary.id)).tags).toMatchObject({ trains_on: finished.id });
  });

  it('that is pruned has neither test nor model, and is over', async () => {
    const job = jobOf([]);
    const request: EndRequest = { status: 'PRUNED', reason: 'worse than the median' };
    const { summary, events } = await doUntil(job, ({ type }) => type === 'epoch', request);
    expect(summary).toMatchObject({ status: 'PRUNED', error: request.reason, epochs: 1 });
    expect(Object.keys(summary.metrics).filter((name) => name.startsWith('test'))).toEqual([]);
    expect(events.some(({ type }) => type === 'tested')).toBe(false);
    const run = runDirectory(job.runsDirectory, summary.id);
    expect([run.model, run.checkpoints].filter(existsSync)).toEqual([]);
    expect(readHistory(run).states.at(-1)).toMatchObject({ status: 'PRUNED', error: request.reason });
  });

  it('reports no artifact before a power cut leaves it: its bytes, its name and the folders around it', async () => {
    const job = jobOf(['training.epochs=1']);
    const record = await recordSyncs(() => doUntil(job, () => false));
    const artifacts = record.flatMap((line) => /^event .*"type":"artifact".*"path":"([^"]+)"/.exec(line)?.[1] ?? []);
    const last = (pattern: RegExp, before: string): number =>
      record
        .slice(
          0,
          record.findIndex((line) => line.includes(`"${before}"`)),
        )
        .findLastIndex((line) => pattern.test(line));
    expect(artifacts).toEqual([
      ...['model_summary.txt', 'confusion_matrix.csv', 'class_scores.csv', 'test_predictions.csv'].map(
        (name) => `artifacts/${name}`,
      ),
      'model/model.json',
    ]);
    for (const path of artifacts.slice(0, -1)) {
      const name = path.slice('artifacts/'.length);
      const steps = [`^sync .*/\\.${name}\\.\\w+$`, `^rename .*/${path}$`, '^sync .*/artifacts$'];
      const order = steps.map((step) => last(new RegExp(step), path));
      expect(order[0], path).toBeGreaterThanOrEqual(0);
      expect(order, path).toEqual(order.toSorted((x, y) => x - y));
    }
    const folder = '/small-\\d{8}-\\d{6}-\\w{4}';
    expect(last(new RegExp(`^sync .*${folder}$`), 'artifacts/model_summary.txt')).toBeGreaterThan(0);
    const model = ['/\\.model\\.new-\\w+/weights\\.bin', '/\\.model\\.new-\\w+', folder].map((name) =>
      last(new RegExp(`^sync .*${name}$`), 'model/model.json'),
    );
    expect(model[0]).toBeGreaterThan(0);
    expect(last(/^rename .*\/model$/, 'model/model.json')).toBeGreaterThan(model[1]);
    expect(model[2]).toBeGreaterThan(last(/^rename .*\/model$/, 'model/model.json'));
  });

  it.each(['removed', 'moved'])('whose folder is %s while it trains fails, and leaves nothing behind', async (how) => {
    const job = jobOf([]);
    const moment = ({ type }: RunProgress): boolean => {
      if (type !== 'epoch' || !existsSync(job.runsDirectory)) return false;
      if (how === 'removed') rmSync(job.runsDirectory, { recursive: true });
      else renameSync(job.runsDirectory, `${job.runsDirectory}-elsewhere`);
      return false;
    };
    await expect(doUntil(job, moment)).rejects.toMatchObject({ code: 'journal-gone' });
    expect(existsSync(job.runsDirectory)).toBe(false);
  });

  it('of a sweep says which trial it is', async () => {
    const sweep = { id: 'sweep-1', values: { 'model.kernel_size': 3, 'training.seed': 5 }, label: 'kernel_size=3' };
    const job = { ...jobOf(['training.epochs=1']), sweep };
    const { summary } = await doUntil(job, () => false);
    const { identity, tags } = readHistory(runDirectory(job.runsDirectory, summary.id));
    expect(identity?.parent).toBe('sweep-1');
    expect(tags).toMatchObject({ sweep: 'sweep-1', 'sweep.label': 'kernel_size=3', 'sweep.model.kernel_size': '3' });
  });

  it('diverges when its weights are no numbers any more, though its loss was one to the last', async () => {
    const job = jobOf(['training.batch_size=5000', 'training.epochs=1']);
    job.config.training.optimizer.learning_rate = 1e39; // no float32
    const { summary } = await doUntil(job, () => false);
    expect(summary.status).toBe('DIVERGED');
    expect(summary.error).toMatch(/weights.*step 1 of epoch 1.*learning rate \(1e\+39\)/);
    expect(summary.steps).toBe(1);
  });

  it('is not gone on with by another job, nor on other data', async () => {
    const job = jobOf([]);
    const { summary } = await doUntil(job, ({ type }) => type === 'progress');
    const other = { ...job, resume: summary.id, configHash: 'another' };
    await expect(doUntil(other, () => false)).rejects.toMatchObject({ code: 'run-changed' });
    expect(readHistory(runDirectory(job.runsDirectory, summary.id)).states.at(-1)?.status).toBe('KILLED');
  });
});
