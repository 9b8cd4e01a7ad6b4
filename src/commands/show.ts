import { relative } from 'node:path';
import type { Command } from 'commander';
import type { MetricPoint, RunHistory } from '../tracking/run-history.js';
import type { RunDirectory, Summary } from '../tracking/run-store.js';

interface Options {
  runsDir: string;
  json?: true;
}

/** Adds `ablate show` to the program. */
export function registerShow(program: Command): void {
  program
    .command('show')
    .description('show a run (what it was, what it came to, how its metrics went) or a sweep')
    .argument('<id>', 'of a run or a sweep, or the beginning of its id')
    .option('--runs-dir <directory>', 'where runs are kept', 'runs')
    .option('--json', 'print everything as JSON, with every point of every metric')
    .action(show);
}

async function show(id: string, { runsDir, json }: Options): Promise<void> {
  const { readSummary } = await import('../tracking/run-store.js');
  const { findSweepOrRun } = await import('../sweep/find.js');
  const { readHistory } = await import('../tracking/run-history.js');
  const found = findSweepOrRun(runsDir, id);
  if ('sweep' in found) {
    const { sweepJson, sweepText } = await import('./show-sweep.js');
    process.stdout.write(await (json ? sweepJson : sweepText)(found.sweep));
    return;
  }
  const { run } = found;
  const history = readHistory(run);
  const summary = readSummary(run);
  process.stdout.write(json ? await toJson(run, history, summary) : await toText(run, history, summary));
}

async function toJson(run: RunDirectory, history: RunHistory, summary?: Summary): Promise<string> {
  const { encodeNumbers } = await import('../tracking/journal-events.js');
  const metrics = Object.entries(history.metrics).map(([name, points]) => [
    name,
    points.map((point) => ({ ...point, ...encodeNumbers({ value: point.value }) })),
  ]);
  const written = summary && { ...summary, metrics: encodeNumbers(summary.metrics) };
  const shown = {
    path: run.path,
    summary: written ?? null,
    ...history,
    metrics: Object.fromEntries(metrics) as object,
  };
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

async function toText(run: RunDirectory, history: RunHistory, summary?: Summary): Promise<string> {
  const { default: pc } = await import('picocolors');
  const { statusText } = await import('./run-status.js');
  const facts = await describe(history, summary);
  const width = Math.max(...facts.map(([name]) => name.length));
  const path = relative(process.cwd(), run.path) || '.';
  return [
    `${pc.bold(run.id)}  ${statusText(summary?.status ?? 'UNFINISHED')}\n`,
    ...[...facts, ['files', path]].map(([name, text]) => `  ${pc.dim(name.padEnd(width))}  ${text}\n`),
    await metricsTable(history.metrics),
  ].join('');
}

/** What there is to say of a run, as name and text. */
async function describe({ identity, datasets, tags }: RunHistory, summary?: Summary): Promise<[string, string][]> {
  const { count, duration } = await import('./format.js');
  const samples = datasets.map((dataset) => `${count(dataset.samples)} ${dataset.context}`).join(', ');
  const engine = summary?.tensorflow;
  const facts: [string, string | undefined][] = [
    ['about', identity?.description],
    ['experiment', identity?.experiment],
    ['seed', identity && String(identity.seed)],
    ['started', identity && new Date(identity.time).toLocaleString('sv')],
    ['took', summary && duration(summary.duration_seconds)],
    ['data', datasets.length > 0 ? `${datasets[0].name}: ${samples}` : undefined],
    ['model', summary && `${count(summary.parameters)} parameters`],
    [
      'training',
      summary &&
        `${count(summary.epochs)} epochs, ${count(summary.steps)} steps, ${count(summary.samples_per_second)} samples/s`,
    ],
    ['tensorflow', engine ? `${engine.version} on ${engine.device}` : undefined],
    [
      'tags',
      Object.entries(tags)
        .map(([key, value]) => `${key}=${value}`)
        .join(', '),
    ],
    ['error', summary?.error ?? undefined],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

/** Each metric's last, lowest and highest value. */
async function metricsTable(metrics: RunHistory['metrics']): Promise<string> {
  const { formatTable } = await import('./table.js');
  const { significant } = await import('./format.js');
  const titles = ['METRIC', 'LAST', 'LOWEST', 'HIGHEST', 'POINTS'];
  const columns = titles.map((title, index) => ({ title, align: index > 0 ? ('right' as const) : undefined }));
  const where = ({ value, epoch, step }: MetricPoint): string =>
    `${significant(value)} @ ${epoch === undefined ? `step ${step}` : `epoch ${epoch}`}`;
  const rows = Object.entries(metrics).map(([name, points]) => {
    const [lowest, highest] = extremes(points);
    const last = points[points.length - 1];
    const ends = points.length > 1 ? [where(lowest), where(highest)] : ['', ''];
    return [name, significant(last.value), ...ends, String(points.length)];
  });
  return rows.length > 0 ? `\n${formatTable(columns, rows)}` : '';
}

/** The points with the lowest and the highest value; NaN is neither, unless there is nothing else. */
function extremes(points: MetricPoint[]): [MetricPoint, MetricPoint] {
  const numbers = points.filter(({ value }) => !Number.isNaN(value));
  const [first] = numbers.length > 0 ? numbers : points;
  return [
    numbers.reduce((low, point) => (point.value < low.value ? point : low), first),
    numbers.reduce((high, point) => (point.value > high.value ? point : high), first),
  ];
}
