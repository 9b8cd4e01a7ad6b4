import { execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workspace } from '../support/program.js';

const root = resolve(import.meta.dirname, '../..');
const tiny = ['dataset.train_fraction=0.02', 'training.epochs=1', 'tracking=none'];
/** A user's folder: empty, outside of the clone, with the settings of npm that come with it. */
const { folder } = new Workspace(afterAll);

/** What the user's shell has, without what npm, vitest and the clone have put into it. */
const env = Object.fromEntries(
  Object.entries({ ...process.env, NO_COLOR: '1' }).filter(
    ([name]) => !/^(npm_|MLFLOW_|VITEST|ABLATE_TEST)/i.test(name),
  ),
);

async function call(program: string, ...words: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, words, { cwd: folder, env });
  return stdout + stderr;
}

const ablate = (...words: string[]): Promise<string> => call('npx', 'ablate', ...words);

let installed: string;

beforeAll(async () => {
  await call(process.execPath, join(root, 'scripts', 'package.js'), folder);
  const [tarball] = readdirSync(folder);
  installed = await call('npm', 'install', '--prefer-offline', '--no-update-notifier', `./${tarball}`);
  await ablate('init');
  await ablate('run', 'experiment.yaml', ...tiny);
});

const file = (...path: string[]): string => join(folder, ...path);
const runs = (): string[] =>
  readdirSync(file('runs'))
    .filter((name) => name.startsWith('digits-'))
    .sort();

it('installs as few packages, without a warning', () => {
  expect(installed).toMatch(/added \d packages/);
  expect(installed).not.toMatch(/warn|deprecated/i);
  expect(existsSync(file('node_modules', '@tensorflow'))).toBe(false);
});

it('writes an experiment with which the first run is made, and whose schema lies where it says', () => {
  const schema = /\$schema=(\S+)/.exec(readFileSync(file('experiment.yaml'), 'utf8'))?.[1] ?? '';
  expect(existsSync(file(schema))).toBe(true);
  expect(JSON.parse(readFileSync(file('runs', runs()[0], 'summary.json'), 'utf8'))).toMatchObject({
    status: 'FINISHED',
  });
});

it('sweeps and compares', async () => {
  const said = await ablate('sweep', 'experiment.yaml', 'model.pooling=max,average', 'training.seed=1,2', ...tiny);
  const command = /npx ablate (compare \S+)/.exec(said)?.[1] ?? '';
  expect(await ablate(...command.split(' '))).toMatch(/average/);
});

it('exports what browsers load', async () => {
  await ablate('export', runs()[0], '--format', 'tfjs', '--output', 'exported');
  expect(readdirSync(file('exported'))).toContain('model.json');
});

it('serves', async () => {
  const server = spawn('npx', ['ablate', 'serve', runs()[0], '--port', '0', '--grace', '0', '--json'], {
    cwd: folder,
    env,
  });
  const [line] = (
    await new Promise<string>((done) =>
      server.stdout.once('data', (data: Buffer) => {
        done(data.toString());
      }),
    )
  ).split('\n');
  const ended = new Promise((done) => server.once('close', done));
  const { url } = JSON.parse(line) as { url: string };
  const create = { width: 28, height: 28, channels: 3, background: 'black' } as const;
  const body = new Uint8Array(await sharp({ create }).png().toBuffer());
  const answer = await fetch(`${url}/predict`, { method: 'POST', body, headers: { 'content-type': 'image/png' } });
  expect([answer.status, await answer.json()]).toMatchObject([200, { class: expect.stringMatching(/^\d$/) as string }]);
  server.kill('SIGTERM');
  // npm itself ends by the signal that it passes on; its output is closed once the server has ended, too.
  await ended;
  await expect(fetch(url)).rejects.toThrow();
});

it('ends a run in order when npx is told to end', async () => {
  const before = runs();
  const training = spawn('npx', ['ablate', 'run', 'experiment.yaml', 'training.epochs=1000', 'tracking=none'], {
    cwd: folder,
    env,
  });
  const ended = once(training, 'close');
  await new Promise<void>((done) => {
    training.stderr.on('data', (data: Buffer) => {
      if (data.toString().includes('/1000')) done();
    });
  });
  training.kill('SIGTERM');
  await ended;
  const [run] = runs().filter((name) => !before.includes(name));
  expect(JSON.parse(readFileSync(file('runs', run, 'summary.json'), 'utf8'))).toMatchObject({ status: 'KILLED' });
});

const program = `import { ConfigError, check, compare, loadExperiment, loadStudy, plan, predictor, run, sweep } from 'ablate';
const experiment = {
  dataset: { name: 'mnist', train_fraction: 0.02 },
  model: { blocks: { count: 1, filters: 4 }, dense_units: [] },
  training: { epochs: 1 },
};
const events = [];
const planned = await plan(await loadExperiment(experiment), { calibration: false });
const result = await run(experiment, { runsDirectory: 'of-api', onEvent: ({ type }) => events.push(type) });
const swept = await sweep(
  { ...experiment, sweep: { parameters: { 'model.pooling': ['max', 'average'] }, seeds: 2 } },
  { runsDirectory: 'of-api', trackingUri: null },
);
const answer = await compare(swept.id, { runsDirectory: 'of-api' });
const study = await loadStudy(swept.id, { runsDirectory: 'of-api' });
const model = await predictor(result.id, { runsDirectory: 'of-api' });
const predicted = await model.predict(['black.png'], { top: 2 });
model.close();
const unawaited = await check(loadExperiment(experiment)).catch((error) => error.problems[0].hint);
const mistake = await check({ ...experiment, trainng: {} }).catch((error) => error);
const listener = await run(experiment, { runsDirectory: 'of-api', onEvent: () => { throw new Error('mine'); } }).catch(String);
const ending = new AbortController();
const killed = await run(experiment, {
  runsDirectory: 'of-api',
  signal: ending.signal,
  onEvent: ({ type }) => type === 'compiled' && ending.abort(),
});
process.send({
  result, events: [...new Set(events)], planned, study, predicted, unawaited, trials: swept.trials, sentence: answer.sentence, listener, killed: killed.status,
  problems: mistake instanceof ConfigError && mistake.problems, handlers: process.listenerCount('SIGINT'),
});
`;

it('is imported by a program, which it tells everything and prints nothing to', async () => {
  writeFileSync(file('program.mjs'), program);
  const create = { width: 28, height: 28, channels: 3, background: 'black' } as const;
  await sharp({ create }).png().toFile(file('black.png'));
  const child = fork(file('program.mjs'), { cwd: folder, env, stdio: 'pipe' });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const ended = once(child, 'close');
  const told = once(child, 'message').catch(() => []);
  expect([await ended, printed]).toEqual([[0, null], '']);
  expect((await told)[0]).toMatchObject({
    result: { status: 'FINISHED', directory: expect.stringContaining('of-api') as string },
    events: expect.arrayContaining(['created', 'ready', 'epoch', 'tested', 'run-ended']) as string[],
    // 4 kernels of 3×3 with their biases over 28×28, 13×13 after pooling, and an output of 10 classes.
    planned: { plan: { parameters: 4 * 9 + 4 + (13 * 13 * 4 + 1) * 10 } },
    study: { variants: [{}, {}] },
    predicted: [{ class: expect.stringMatching(/^\d$/) as string, top: [{}, {}] }],
    unawaited: '`await` it first',
    trials: { finished: 4 },
    sentence: expect.stringContaining('average') as string,
    problems: [{ code: 'unknown-key', suggestion: 'training', line: expect.any(Number) as number }],
    listener: 'Error: mine',
    killed: 'KILLED',
    handlers: 0,
  });
});

const compiled = async (code: string): Promise<string> => {
  writeFileSync(file('typed.mts'), code);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
  return call(process.execPath, tsc, ...options, 'typed.mts').catch(
    (error: unknown) => (error as { stdout: string }).stdout,
  );
};

it('has types: a wrong key of an experiment is refused by the compiler', async () => {
  const literal = (key: string): string => `import { run, type ExperimentInput } from 'ablate';
const experiment: ExperimentInput = {
  dataset: { name: 'mnist' },
  model: { layers: [{ type: 'conv2d', filters: 8, ${key}: 3 }, { type: 'dense' }] },
  training: { optimizer: 'adam' },
};
const { metrics } = await run(experiment, { onEvent: (event) => event.type === 'epoch' && event.metrics.val_loss });
export const accuracy: number = metrics.test_accuracy;
`;
  expect(await compiled(literal('kernel_size'))).toBe('');
  expect(await compiled(literal('kernal_size'))).toMatch(/kernal_size/);
});

it('lets in by its front door alone, and that opens fast: nothing of tfjs', async () => {
  const deep = call(process.execPath, '--input-type=module', '-e', "await import('ablate/dist/cli.js')");
  await expect(deep).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  copyFileSync(join(root, 'test/support/loaded-modules.js'), file('loaded-modules.mjs'));
  const said = await call(
    process.execPath,
    '--import',
    file('loaded-modules.mjs'),
    '--input-type=module',
    '-e',
    "await import('ablate')",
  );
  expect(said.trim()).toBe('loaded: no tfjs');
});

it('runs the example', async () => {
  copyFileSync(join(root, 'examples', 'learning-rates.mjs'), file('example.mjs'));
  expect(await call(process.execPath, 'example.mjs')).toMatch(/learning_rate=0.01 seed \d+ 0\.\d+/);
});

it("tells what to install where koffi's native library is missing", async () => {
  rmSync(file('node_modules', '@koromix'), { recursive: true });
  const failed = ablate('run', 'experiment.yaml', ...tiny).catch((error: unknown) => error);
  expect(await failed).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('npm install --include=optional') as string,
  });
  const unfit = ablate('doctor').catch((error: unknown) => error);
  expect(await unfit).toMatchObject({
    stdout: expect.stringMatching(/fail koffi .*\n.*npm install --include=optional/) as string,
  });
});
