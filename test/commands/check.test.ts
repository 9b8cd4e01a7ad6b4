import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const study = `dataset: {name: mnist}
model: {layers: [{type: flatten}, {type: dense}]}
training: {epochs: 6}
`;
const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ablate-check-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** `ablate check …`, as a user starts it. */
function check(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const command = [join(root, 'bin/ablate.js'), 'check', ...args];
    const child = execFile(process.execPath, command, { cwd: root }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

it('prints the resolved file, which prints the same again', async () => {
  const { code, stdout, stderr } = await check(write('study.yaml', study), 'training.epochs=3');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '✓ valid\n' });
  expect(stdout).toContain('  epochs: 3\n');
  expect(await check(write('resolved.yaml', stdout))).toEqual({ code: 0, stdout, stderr: '✓ valid\n' });
});

it('a sweep is printed with its size, and checked in every variant', async () => {
  const sweep = `${study}sweep: {seeds: 2, parameters: {training.epochs: [3, 4], training.batch_size: [8, 16, 32]}}\n`;
  const { code, stdout } = await check(write('sweep.yaml', sweep));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# 6 variants × 2 seeds = 12 runs\n/);
  const resolved = await check(write('resolved.yaml', stdout), '--json');
  const [{ sweep: plain }] = JSON.parse(resolved.stdout) as { sweep: { cells: { label: string }[] } }[];
  expect(plain.cells[5].label).toBe('epochs=4 batch_size=32');
  const wrong = await check(write('sweep.yaml', sweep.replace('32', '-32')));
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('(in 2 of 6 variants, such as epochs=3 batch_size=-32)');
});

it('--diff prints what is changed', async () => {
  expect((await check(write('study.yaml', study), 'training.epochs=3', '--diff')).stdout).toBe(
    '  training.epochs: 6 → 3\n',
  );
  expect((await check('experiments/models/lenet5.yaml', '--diff')).stdout).toContain(
    '  model.activation: relu → tanh\n',
  );
});

it('--json prints one document', async () => {
  const { stdout } = await check('experiments/baseline.yaml', 'experiments/models/mlp.yaml', '--json');
  const [baseline, mlp] = JSON.parse(stdout) as { file: string; config: { name: string }; config_hash: string }[];
  expect(baseline).toMatchObject({ file: 'experiments/baseline.yaml', config: { name: 'baseline' } });
  expect(mlp.config_hash).not.toBe(baseline.config_hash);
});

it('mistakes of all files go to standard error, and the exit code is 2', async () => {
  const one = write('one.yaml', 'dataset: {name: mnst}\nmodel: {layers: [{type: dense}]}\n');
  const other = write('other.yaml', 'dataset: {name: mnist}\nmodel: {layers: [{type: dense}]}\nseed: 3\n');
  const { code, stdout, stderr } = await check(one, other);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('one.yaml:1:17 error dataset.name can\'t be the text "mnst"');
  expect(stderr).toContain('other.yaml:3:1 error "seed" belongs in training');
  expect(stderr).not.toMatch(/\bat .*\.js/);
});

it('a file that is missing is named once, with the nearest, and what is far off is not suggested', async () => {
  write('pooling.yaml', study);
  expect((await check(join(folder, 'poling.yaml'))).stderr).toBe(
    `error ${join(folder, 'poling.yaml')} isn't there\n  did you mean "${join(folder, 'pooling.yaml')}"?\n`,
  );
  expect((await check('experimets/baseline.yaml')).stderr).toContain('did you mean "experiments/baseline.yaml"?');
  expect((await check(join(folder, 'zebra.yaml'))).stderr).not.toContain('did you mean');
});

it('--json prints mistakes as data', async () => {
  const { code, stdout } = await check('experiments/baseline.yaml', 'training.epoch=3', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code: 'invalid-config',
      problems: [{ code: 'unknown-key', file: '<override 1>', column: 10, suggestion: 'epochs' }],
    },
  });
});
