import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fetchRun, type LoggedRun, logRun } from '../../src/remote/logged-run.js';
import { deliverableRun } from '../../src/tracking/deliverable.js';
import { MlflowClient } from '../../src/tracking/mlflow/client.js';
import { MlflowConnection } from '../../src/tracking/mlflow/connection.js';
import type { RunDirectory } from '../../src/tracking/run-store.js';
import { RunDelivery } from '../../src/tracking/run-delivery.js';
import { sharedServer } from '../support/mlflow-server.js';
import { endedRun, temporaryFolder } from '../support/runs.js';

/** That the runs of test/support/runs.ts belong to. */
const TRIAL = { configHash: 'c0ffee', seed: 42 };

/** A run that has ended, and is with the server. */
async function logOne(): Promise<{ run: RunDirectory; client: MlflowClient; logged: LoggedRun }> {
  const client = new MlflowClient(new MlflowConnection({ uri: (await sharedServer()).uri }));
  const run = endedRun();
  return { run, client, logged: await logRun(run, client) };
}

it('is the whole run in another folder, and counts as delivered', async () => {
  const { run, client, logged } = await logOne();
  const home = await fetchRun(logged, client, temporaryFolder(), TRIAL);
  for (const file of ['journal', 'summary', 'config'] as const) {
    expect(readFileSync(home[file])).toEqual(readFileSync(run[file]));
  }
  const { points, files, mlflow_run_id: id } = await new RunDelivery(deliverableRun(home), client).drain();
  expect({ points, files, id }).toEqual({ points: 0, files: 0, id: logged.mlflowRun });
});

it('is refused when it is another than was said, and leaves nothing', async () => {
  const { client, logged } = await logOne();
  const [file] = logged.files;
  const others: Partial<LoggedRun>[] = [
    { run: '../x' },
    { run: 'other-20260101-000000-0000' },
    { mlflowRun: '0'.repeat(32) },
    { files: [{ ...file, digest: '0'.repeat(64) }] },
    { files: [{ ...file, bytes: file.bytes + 1 }] },
    { files: [{ ...file, path: '../summary.json' }] },
    { files: [{ ...file, path: '/etc/passwd' }] },
  ];
  const home = temporaryFolder();
  const refused = expect.objectContaining({ code: 'logged-run-damaged' }) as Error;
  for (const other of others) {
    await expect(fetchRun({ ...logged, ...other }, client, home, TRIAL), JSON.stringify(other)).rejects.toThrow(
      refused,
    );
  }
  expect(readdirSync(home)).toEqual([]);
});
