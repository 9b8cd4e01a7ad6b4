import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MlflowReader } from '../support/mlflow-reader.js';
import { Workspace } from '../support/program.js';
import { testPython } from '../support/python.js';

const EXPERIMENT = `
name: tiny
dataset: {name: mnist, train_fraction: 0.01}
model: {layers: [{type: flatten}, {type: dense, units: 10, activation: softmax}]}
training: {epochs: 1}
`;

async function addressOf(output: { stdout: () => string }): Promise<string> {
  for (;;) {
    const line = output.stdout().trim();
    if (line) return (JSON.parse(line) as { url: string }).url;
    await sleep(100);
  }
}

describe('ablate ui', () => {
  it(
    'serves every run, those of later too, to all who ask, and leaves nothing behind',
    { timeout: 240_000 },
    async () => {
      const environment = { ABLATE_MLFLOW: await testPython() };
      const workspace = new Workspace();
      const file = workspace.write('tiny.yaml', EXPERIMENT);
      expect((await workspace.ablate(['run', file])).code).toBe(0);
      const first = workspace.start(['ui', '--json'], environment);
      const url = await addressOf(first);
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/experiments\/\d+\/runs/);
      const second = await workspace.ablate(['ui', '--json'], environment);
      expect(JSON.parse(second.stdout)).toEqual({ url });

      const uri = url.slice(0, url.indexOf('/#'));
      const reader = await MlflowReader.open(uri);
      expect(await reader.runIds('tiny')).toHaveLength(1);
      expect((await workspace.ablate(['run', file, 'training.seed=1'])).code).toBe(0);
      while ((await reader.runIds('tiny')).length < 2) await sleep(200);
      reader.close();

      first.kill('SIGINT');
      expect((await first.result).code).toBe(0);
      await expect(fetch(`${uri}/health`)).rejects.toThrow();
      expect(workspace.runs().filter((name) => name.startsWith('tiny'))).toHaveLength(2);
    },
  );
});
