import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeliverableSweep } from '../../src/sweep/deliverable-sweep.js';
import { findDeliverables, listDeliverables } from '../../src/sweep/deliverables.js';
import { newestSweep } from '../../src/sweep/find.js';
import { SweepJournal, type TrialEndEvent } from '../../src/sweep/sweep-journal.js';
import type { SweepDirectory } from '../../src/sweep/sweep-store.js';
import { deliverableRun } from '../../src/tracking/deliverable.js';
import type { JournalEvent } from '../../src/tracking/journal-events.js';
import { MlflowClient } from '../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../src/tracking/mlflow/connection.js';
import { createRun, type RunDirectory } from '../../src/tracking/run-store.js';
import { deliver } from '../../src/tracking/sync.js';
import { MlflowReader } from '../support/mlflow-reader.js';
import { sharedServer } from '../support/mlflow-server.js';
import { identity, journalEnd, journalStart, uniqueName } from '../support/runs.js';
import { newSweep } from '../support/sweeps.js';

const KERNELS = [3, 5];

/** A trial's end: of kernel size 3 with the seeds 1 and 2, then of 5. */
function endOf(index: number, changes: Partial<TrialEndEvent> = {}): TrialEndEvent {
  const variant = Math.floor(index / 2);
  const label = `kernel_size=${KERNELS[variant]}`;
  const values = { 'model.kernel_size': KERNELS[variant] };
  const trial = { cell: variant, seed: 1 + (index % 2), label, values, run: `run-${index}` };
  return {
    type: 'end',
    ...trial,
    status: 'FINISHED',
    value: 0.5 + index / 10,
    seconds: 2,
    error: null,
    reused: false,
    ...changes,
  };
}

function write(sweep: SweepDirectory, ...events: Parameters<SweepJournal['append']>[0][]): void {
  const journal = new SweepJournal(sweep);
  for (const event of events) journal.append(event);
  journal.close();
}

function trackedSweep(experiment = 'study'): SweepDirectory {
  const origin = { experiment, user: 'ada', versions: { ablate: '1' }, machine: { cores: '2' }, git_commit: 'c0ffee' };
  const params = { 'sweep.model.kernel_size': '[3, 5]' };
  return newSweep({ question: 'Which kernel?', seeds: [1, 2], trials: 4, origin, params });
}

function readAll(sweep: DeliverableSweep, from = 0): JournalEvent[] {
  const events: JournalEvent[] = [];
  for (let offset = from; ;) {
    const chunk = sweep.read(offset);
    if (chunk.offset === offset) return events;
    events.push(...chunk.events);
    offset = chunk.offset;
  }
}

/** The last value of each metric. */
function scores(events: JournalEvent[]): Record<string, number> {
  return Object.assign({}, ...events.map((event) => (event.type === 'metrics' ? event.values : {}))) as Record<
    string,
    number
  >;
}

describe('the journal of a sweep, told as that of a run', () => {
  it('says what is varied, how far it is, and what it came to', () => {
    const sweep = trackedSweep();
    write(sweep, { type: 'state', status: 'RUNNING', jobs: 1 }, ...[0, 1, 2, 3].map((index) => endOf(index)));
    write(sweep, { type: 'state', status: 'FINISHED', jobs: 1 });
    const told = new DeliverableSweep(sweep);
    expect(told.identity()).toMatchObject({ id: sweep.id, name: 'study', description: 'Which kernel?', user: 'ada' });
    const events = readAll(told);
    expect(events.map(({ type }) => type)).toEqual([
      'params',
      'state',
      ...Array<string>(4).fill('metrics'),
      'tags',
      'state',
    ]);
    expect(events[0]).toMatchObject({ params: { 'sweep.model.kernel_size': '[3, 5]', 'sweep.seeds': '[1, 2]' } });
    expect(scores(events)).toMatchObject({ trials_ended: 4, trials_finished: 4, progress_percentage: 100 });
    expect(scores(events).val_accuracy).toBeCloseTo(0.75);
    const note = events.flatMap((event) => (event.type === 'tags' ? Object.values(event.tags) : [])).join('');
    expect(note).toMatch(/\*\*Which kernel\?\*\*/);
    expect(note).toMatch(/kernel\\_size=5 \| 2 \| 75\.00 \| 7\.07 \|\n.*kernel\\_size=3 \| 2 \| 55\.00/);
  });

  it('tells the answer of its summary, whatever stands in it', () => {
    const sweep = trackedSweep();
    const answer = { sentence: '5 wins | <script>', cautions: ['Few seeds.'] };
    writeFileSync(sweep.summary, JSON.stringify({ answer }));
    write(sweep, endOf(0), { type: 'state', status: 'FINISHED', jobs: 1 });
    expect(JSON.stringify(readAll(new DeliverableSweep(sweep)))).toContain(
      '5 wins \\\\| \\\\<script\\\\>\\n\\n> Few seeds.',
    );
  });

  it('says the same from any line on, whoever reads it', () => {
    const sweep = trackedSweep();
    const told = new DeliverableSweep(sweep);
    const offsets: number[] = [];
    const events: JournalEvent[][] = [];
    for (const index of [0, 1, 2, 3]) {
      write(sweep, endOf(index));
      const chunk = told.read(offsets.at(-1) ?? 0);
      events.push(chunk.events);
      offsets.push(chunk.offset);
    }
    for (const [index, offset] of offsets.entries()) {
      expect(readAll(new DeliverableSweep(sweep), offset)).toEqual(events.slice(index + 1).flat());
    }
  });

  it('counts a trial that has ended twice, since it was gone on with, once', () => {
    const sweep = trackedSweep();
    write(sweep, endOf(0, { status: 'KILLED', value: null }), { type: 'state', status: 'KILLED', jobs: 1 });
    write(sweep, { type: 'state', status: 'RUNNING', jobs: 1 }, endOf(0));
    expect(scores(readAll(new DeliverableSweep(sweep)))).toMatchObject({
      trials_ended: 1,
      trials_killed: 0,
      trials_finished: 1,
    });
  });

  it('is complete only with the trials of the seeds that were added', () => {
    const sweep = trackedSweep();
    const added = endOf(0, { seed: 3 });
    write(
      sweep,
      ...[0, 1, 2, 3].map((index) => endOf(index)),
      { type: 'seeds', trials: 6, reason: 'undecided' },
      added,
    );
    write(sweep, { type: 'state', status: 'KILLED', jobs: 1 });
    const events = readAll(new DeliverableSweep(sweep));
    expect(scores(events)).toMatchObject({ trials_ended: 5, progress_percentage: (100 * 5) / 6 });
    expect(JSON.stringify(events)).toContain('5 of 6 trials finished');
  });
});

describe('a sweep on a server', () => {
  let client: MlflowClient;
  let reader: MlflowReader;

  beforeAll(async () => {
    const { uri } = await sharedServer();
    client = new MlflowClient(new MlflowConnection({ uri }));
    reader = await MlflowReader.open(uri);
  });
  afterAll(() => {
    reader.close();
  });

  function trialOf(sweep: SweepDirectory, experiment: string, seed: number): RunDirectory {
    const run = createRun(
      sweep.runsDirectory,
      identity({ experiment, seed, parent: sweep.id, label: 'kernel_size=3' }),
      '',
    );
    journalStart(run);
    journalEnd(run);
    return run;
  }

  it.each([
    ['before', true],
    ['after', false],
  ])('stands above its trials that come %s it', async (_, trialsFirst) => {
    const experiment = uniqueName();
    const sweep = trackedSweep(experiment);
    const trials = [1, 2].map((seed) => trialOf(sweep, experiment, seed));
    write(sweep, ...trials.map(({ id }, index) => endOf(index, { run: id })));
    write(sweep, { type: 'state', status: 'FINISHED', jobs: 1 });
    writeFileSync(join(sweep.path, 'report.html'), '<html>');
    const all = listDeliverables(sweep.runsDirectory);
    expect(all.map(({ id }) => id).sort()).toEqual([sweep.id, ...trials.map(({ id }) => id)].sort());
    const ids = new Map<string, string>();
    for (const each of trialsFirst ? all.toReversed() : all)
      ids.set(each.id, (await deliver(each, client)).mlflow_run_id);
    const parent = await reader.readRun(ids.get(sweep.id) ?? '');
    expect(parent).toMatchObject({ name: 'study', status: 'FINISHED', params: { 'sweep.trials': '4' } });
    expect(Object.keys(parent.artifacts).sort()).toEqual(['config.yaml', 'journal.jsonl', 'report.html']);
    expect(parent.metrics.trials_ended.map(([step, , value]) => [step, value])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    for (const [index, { id }] of trials.entries()) {
      const { name, tags } = await reader.readRun(ids.get(id) ?? '');
      expect(tags['mlflow.parentRunId']).toBe(ids.get(sweep.id));
      expect(name).toBe(`kernel_size=3 · seed ${index + 1}`);
    }
    await deliver(new DeliverableSweep(sweep), client);
    expect(await reader.runIds(experiment)).toHaveLength(3);
  });

  it('is none before its journal says something', () => {
    const sweep = trackedSweep();
    writeFileSync(sweep.journal, '');
    expect(listDeliverables(sweep.runsDirectory)).toEqual([]);
    expect(newestSweep(sweep.runsDirectory)).toBeUndefined();
  });

  it('is sent with its trials when it is named', () => {
    const sweep = trackedSweep();
    const run = trialOf(sweep, 'x', 1);
    const other = trialOf(sweep, 'x', 2);
    write(sweep, endOf(0, { run: run.id }));
    expect(findDeliverables(sweep.runsDirectory, [sweep.id]).map(({ id }) => id)).toEqual([sweep.id, run.id]);
    expect(findDeliverables(sweep.runsDirectory, [other.id])).toMatchObject([{ id: deliverableRun(other).id }]);
  });
});
