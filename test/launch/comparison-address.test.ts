import { expect, it, onTestFinished } from 'vitest';
import { comparisonAddress } from '../../src/launch/tracking/comparison-address.js';
import { DeliverableSweep } from '../../src/sweep/deliverable-sweep.js';
import { listDeliverables } from '../../src/sweep/deliverables.js';
import { SweepJournal } from '../../src/sweep/sweep-journal.js';
import { createSweep } from '../../src/sweep/sweep-store.js';
import { MlflowClient } from '../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../src/tracking/mlflow/connection.js';
import { createRun } from '../../src/tracking/run-store.js';
import { deliver } from '../../src/tracking/sync.js';
import { sharedServer } from '../support/mlflow-server.js';
import { append, identity, temporaryFolder } from '../support/runs.js';
import { sweepEvent } from '../support/sweeps.js';

it('the page of a sweep shows all of its variants, those taken over from earlier runs, too', async () => {
  const { uri } = await sharedServer();
  const client = new MlflowClient(new MlflowConnection({ uri }));
  onTestFinished(() => {
    client.close();
  });
  const runs = temporaryFolder();
  const experiment = `taken-over-${Date.now()}`;
  const sweep = createSweep(runs, 'study', 'name: study\n');
  const journal = new SweepJournal(sweep);
  const params = { 'sweep.model.kernel_size': '[3, 5]' };
  const origin = { experiment, versions: {}, machine: {} };
  journal.append(sweepEvent({ id: sweep.id, seeds: [1, 2], trials: 4, params, origin }));
  for (const [variant, size] of [3, 5].entries()) {
    for (const seed of [1, 2]) {
      const label = `kernel_size=${size}`;
      // One of before, of a sweep in which it was called otherwise; the others are trials of this one.
      const reused = size === 3 && seed === 1;
      const place = reused ? { parent: 'another-sweep', label: 'size=3' } : { parent: sweep.id, label };
      const run = createRun(runs, identity({ experiment, seed, ...place }), 'name: study\n');
      append(run, (own) => {
        own.append({ type: 'params', params: { 'model.kernel_size': String(size) } });
        own.append({ type: 'state', status: 'FINISHED' });
      });
      const end = { run: run.id, status: 'FINISHED' as const, value: 0.9, seconds: 1, error: null, reused };
      journal.append({ type: 'end', cell: variant, seed, label, values: { 'model.kernel_size': size }, ...end });
    }
  }
  journal.append({ type: 'state', status: 'FINISHED', jobs: 1 });
  journal.close();
  for (const run of listDeliverables(runs)) await deliver(run, client);

  const address = await comparisonAddress(client, sweep);
  expect(address).toMatch(/\/#\/experiments\/\d+\/runs\?viewStateShareKey=[0-9a-f]{16}&/);
  const { filter, groupBy } = new DeliverableSweep(sweep).comparison();
  const experimentId = /experiments\/(\d+)/.exec(address)?.[1];
  const answer = await fetch(`${uri}/api/2.0/mlflow/runs/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ experiment_ids: [experimentId], filter }),
  });
  const found = (await answer.json()) as { runs: { data: { tags: { key: string; value: string }[] } }[] };
  const variants = found.runs.map(({ data }) => data.tags.find(({ key }) => key === groupBy)?.value).toSorted();
  expect(variants).toEqual(['kernel_size=3', 'kernel_size=3', 'kernel_size=5', 'kernel_size=5']);
});
