import { spawn } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRun, readIdentity } from '../../src/tracking/run-store.js';
import { MlflowReader } from '../support/mlflow-reader.js';
import { freePort } from '../../src/tracking/local-server.js';
import { sharedServer } from '../support/mlflow-server.js';
import { append, emptyRun, endedRun, identity, temporaryFolder } from '../support/runs.js';

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `ablate` with these words, and with no other MLflow variables than these. */
async function ablate(words: string[], variables: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MLFLOW_'));
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', ...variables };
  const child = spawn(process.execPath, ['bin/ablate.js', ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, stdout, stderr };
}

describe('ablate ls', () => {
  it('lists runs with what they came to, also those that have no summary or a bad one', async () => {
    const finished = endedRun();
    const runs = dirname(finished.path);
    const unfinished = createRun(runs, identity(), '');
    const damaged = createRun(runs, identity(), '');
    writeFileSync(damaged.summary, '{');
    const { status, stdout } = await ablate(['ls', '--runs-dir', runs]);
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^RUN +STATUS +EPOCHS/);
    expect(lines.find((line) => line.startsWith(finished.id))).toMatch(/ FINISHED +4 .* 0:05 +[\d.]+ kB$/);
    expect(lines.find((line) => line.startsWith(unfinished.id))).toMatch(/ UNFINISHED +[\d.]+ kB$/);
    expect(lines.find((line) => line.startsWith(damaged.id))).toMatch(/ UNREADABLE +[\d.]+ kB$/);
    const json = JSON.parse((await ablate(['ls', '--runs-dir', runs, '--json'])).stdout) as { id: string }[];
    expect(json.map(({ id }) => id).sort()).toEqual([finished.id, unfinished.id, damaged.id].sort());
    expect(json.find(({ id }) => id === finished.id)).toMatchObject({ summary: { metrics: { 'accuracy@5': 'NaN' } } });
  });

  it('says how to begin where there are none', async () => {
    const { status, stdout, stderr } = await ablate(['ls', '--runs-dir', temporaryFolder()]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('ablate run');
  });
});

describe('ablate show', () => {
  it('shows a run by the beginning of its id', async () => {
    const run = endedRun();
    const { status, stdout } = await ablate(['show', run.id.slice(0, -2), '--runs-dir', dirname(run.path)]);
    expect(status).toBe(0);
    expect(stdout).toContain(`${run.id}  FINISHED\n`);
    expect(stdout).toMatch(/data +mnist: 54,000 training, 10,000 test/);
    expect(stdout).toMatch(/train_loss +0\.2500 +█\S+▁ +0\.2500 @ epoch 4 +1\.0000 @ epoch 1 +4\n/);
  });

  it('prints every point as JSON', async () => {
    const run = endedRun();
    const { stdout } = await ablate(['show', run.id, '--runs-dir', dirname(run.path), '--json']);
    const shown = JSON.parse(stdout) as { metrics: Record<string, object[]> };
    expect(shown).toMatchObject({ identity: { id: run.id }, summary: { status: 'FINISHED' } });
    expect(shown.metrics['accuracy@5']).toMatchObject([{ value: 0.5 }, { value: 'NaN' }, {}, { epoch: 4, step: 400 }]);
  });

  it('of no known run is bad usage, with the nearest id', async () => {
    const run = endedRun();
    const { status, stderr } = await ablate(['show', `x${run.id}`, '--runs-dir', dirname(run.path)]);
    expect(status).toBe(2);
    expect(stderr).toContain(`did you mean ${run.id}?`);
  });
});

describe('ablate sync', () => {
  let uri: string;
  let reader: MlflowReader;

  beforeAll(async () => {
    ({ uri } = await sharedServer());
    reader = await MlflowReader.open(uri);
  });

  afterAll(() => {
    reader.close();
  });

  it('sends every run once; one that is damaged is named and holds up no other', async () => {
    const run = endedRun();
    const runs = dirname(run.path);
    const damaged = createRun(runs, { ...identity(), name: 'a-damaged' }, '');
    writeFileSync(damaged.journal, 'no journal\n');
    const words = ['sync', '--runs-dir', runs];
    const first = await ablate(words, { MLFLOW_TRACKING_URI: uri });
    expect(first.status).toBe(1);
    expect(first.stdout).toMatch(new RegExp(`^${run.id}  14 points, 6 files  ${uri}/#/experiments/`));
    expect(first.stderr).toContain(`error ${damaged.id}: ${damaged.journal}:1: not a journal line`);
    expect(await reader.runIds(readIdentity(run).experiment)).toHaveLength(1);
    const second = await ablate([...words, run.id, '--json'], { MLFLOW_TRACKING_URI: uri });
    expect(second.status).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ server: uri, runs: [{ id: run.id, points: 0, files: 0 }] });
  });

  it('says once that a server takes no artifacts, with the remedy, and by its exit code', async () => {
    const runs = temporaryFolder();
    const experiment = `no-artifacts-${Date.now()}`;
    // As a server with `--no-serve-artifacts` makes its experiments.
    await fetch(`${uri}/api/2.0/mlflow/experiments/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: experiment, artifact_location: `file://${runs}/artifacts` }),
    });
    for (const seed of [1, 2]) {
      const run = createRun(runs, identity({ experiment, seed }), 'name: baseline\n');
      append(run, (journal) => {
        journal.append({ type: 'metrics', step: 1, epoch: 1, values: { val_accuracy: 0.5 } });
        journal.append({ type: 'state', status: 'FINISHED' });
      });
    }
    const { status, stdout, stderr } = await ablate(['sync', '--runs-dir', runs], { MLFLOW_TRACKING_URI: uri });
    expect(status).toBe(1);
    expect(stdout.match(/1 point,/g)).toHaveLength(2);
    const refusals = stderr.split('\n').filter((line) => line.startsWith('refused'));
    expect(refusals).toEqual([
      "refused artifacts: MLflow keeps the artifacts in file storage, which it doesn't pass on to; start the server with " +
        '`--serve-artifacts --artifacts-destination …`, and use a new experiment',
    ]);
  });

  it('takes a token from the environment and prints it nowhere', async () => {
    const run = endedRun();
    const variables = { MLFLOW_TRACKING_URI: uri.replace('http://', 'http://ada:s3cret@') };
    const { status, stdout, stderr } = await ablate(['sync', '--runs-dir', dirname(run.path)], variables);
    expect(status).toBe(0);
    expect(stdout + stderr).not.toContain('s3cret');
  });

  it('without a server says what to set, and with one that is down that it can continue later', async () => {
    const runs = dirname(emptyRun().path);
    const words = ['sync', '--runs-dir', runs];
    const nowhere = await ablate(words);
    expect(nowhere).toMatchObject({ status: 2, stdout: '' });
    expect(nowhere.stderr).toContain('MLFLOW_TRACKING_URI');
    const down = await ablate(words, { MLFLOW_TRACKING_URI: `http://127.0.0.1:${await freePort()}` });
    expect(down.status).toBe(1);
    expect(down.stderr).toContain('0 of 1 run');
  });

  it('sends what a crash left of a journal', async () => {
    const run = endedRun();
    truncateSync(run.journal, 1500);
    const { status } = await ablate(['sync', '--runs-dir', dirname(run.path)], { MLFLOW_TRACKING_URI: uri });
    expect(status).toBe(0);
    expect(await reader.runIds(readIdentity(run).experiment)).toHaveLength(1);
  });
});
