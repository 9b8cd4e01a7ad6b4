// What it costs a training to be followed to an MLflow server, against `tracking: none`.
import { join } from 'node:path';
import { managedPython } from '../src/python/managed-python.js';
import { LocalServer } from '../src/tracking/local-server.js';
import { inTemporaryFolder, runAblate } from './ablate.js';
import { median } from './median.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const EPOCHS = Number(process.env.BENCH_EPOCHS ?? 3);

interface Cost {
  /** While training. */
  samplesPerSecond: number;
  /** Of the run: data, training, validation, test; without the start of the program. */
  seconds: number;
}

/** The baseline, trained with tracking and without in turn, beside the server that it is followed to. */
export function tracking(): Promise<string> {
  return inTemporaryFolder(measure);
}

async function measure(folder: string): Promise<string> {
  const server = await LocalServer.start({ python: mlflowPython(), directory: join(folder, 'mlflow') });
  const costs: Record<'tracked' | 'untracked', Cost[]> = { tracked: [], untracked: [] };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // Which comes first changes from round to round: the machine may grow slower or faster meanwhile.
      const order = ['tracked', 'untracked'] as const;
      for (const kind of round % 2 === 0 ? order : order.toReversed()) {
        costs[kind].push(train(folder, kind === 'tracked' ? server.uri : undefined));
      }
    }
  } finally {
    await server.stop();
  }
  return report(costs);
}

/** The one that `ablate ui` has installed, unless ABLATE_MLFLOW names another. */
function mlflowPython(): string {
  return process.env.ABLATE_MLFLOW ?? managedPython('mlflow').executable;
}

function train(folder: string, uri: string | undefined): Cost {
  const words = ['run', 'experiments/baseline.yaml', `training.epochs=${EPOCHS}`, '--json'];
  const parameters = [...words, ...(uri ? [] : ['tracking=none']), '--runs-dir', join(folder, 'runs')];
  const env = { ...process.env, MLFLOW_TRACKING_URI: uri };
  const { stdout } = runAblate(parameters, env);
  const summary = JSON.parse(stdout) as { samples_per_second: number; duration_seconds: number };
  return { samplesPerSecond: summary.samples_per_second, seconds: summary.duration_seconds };
}

function report({ tracked, untracked }: Record<'tracked' | 'untracked', Cost[]>): string {
  const rows = Object.entries({ 'MLflow, live': tracked, 'tracking: none': untracked }).map(([name, costs]) => {
    const speed = Math.round(median(costs.map(({ samplesPerSecond }) => samplesPerSecond)));
    return `| ${name} | ${speed} | ${median(costs.map(({ seconds }) => seconds)).toFixed(2)} |`;
  });
  // Each round by itself: neighbours in time saw the same machine.
  const ratios = tracked.map(({ seconds }, round) => seconds / untracked[round].seconds);
  const extra = 100 * (median(ratios) - 1);
  const range = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => `${(100 * (ratio - 1)).toFixed(1)} %`);
  return `## Tracking in MLflow against \`tracking: none\`

| baseline, ${EPOCHS} epochs | samples/s | seconds a run |
|---|---:|---:|
${rows.join('\n')}

A tracked run takes ${extra.toFixed(1)} % longer (median of ${ROUNDS} rounds in turn; ${range.join(' to ')}), the server on the same machine.
`;
}
