import { relative } from 'node:path';
import type { Command } from 'commander';
import type { MetricPoint, RunHistory } from '../tracking/run-history.js';
import type { RunDirectory, Summary } from '../tracking/run-store.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';
import { counted } from '../text/words.js';

interface Options {
  runsDir: string;
  json?: true;
}

/** Adds `ablate show` to the program. */
export function registerShow(program: Command): void {
  program
    .command('show')
    .description('show a run (what it was, what it came to, how its metrics went) or a sweep')
    .argument('<id>', `a run or a sweep: ${NAMES}`)
    .addOption(runsDirectoryOption())
    .option('--json', 'print everything as JSON, with every point of every metric')
    .action(show);
}

async function show(id: string, { runsDir, json }: Options): Promise<void> {
  const { readSummary } = await import('../tracking/run-store.js');
  const { findSweepOrRun } = await import('../sweep/find.js');
  const { readHistory } = await import('../tracking/run-history.js');
  const found = findSweepOrRun(runsDir, id);
  if ('sweep' in found) {
    const { sweepJson, sweepText } = await import('../display/sweep/show-sweep.js');
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
  const { colors: pc } = await import('../text/visible.js');
  const { statusText } = await import('../display/run-status.js');
  const { factLines } = await import('../display/wrapped.js');
  const facts = await describe(run, history, summary);
  const path = relative(process.cwd(), run.path) || '.';
  return [
    `${pc.bold(run.id)}  ${statusText(summary?.status ?? 'UNFINISHED')}\n`,
    factLines([...facts, ['files', path]]),
    await metricsTable(history.metrics),
  ].join('');
}

/** What there is to say of a run, as name and text. */
async function describe(
  run: RunDirectory,
  { identity, datasets, params, tags }: RunHistory,
  summary?: Summary,
): Promise<[string, string][]> {
  const { count, duration } = await import('../display/format.js');
  const { seedTextOf } = await import('../display/seed-text.js');
  const { tagsText } = await import('../tracking/user-tags.js');
  const { labelledTags, NAME_TAG, readLabels } = await import('../tracking/labels.js');
  const labels = readLabels(run);
  const samples = datasets.map((dataset) => `${count(dataset.samples)} ${dataset.context}`).join(', ');
  const engine = summary?.tensorflow;
  const facts: [string, string | undefined][] = [
    ['name', labels.name],
    ['about', identity?.description],
    ['experiment', identity?.experiment],
    ['seed', identity && seedTextOf(identity.seed, params)],
    ['started', identity && new Date(identity.time).toLocaleString('sv')],
    ['took', summary && duration(summary.duration_seconds)],
    ['data', datasets.length > 0 ? `${datasets[0].name}: ${samples}` : undefined],
    ['model', summary && `${count(summary.parameters)} parameters`],
    [
      'training',
      summary &&
        `${counted(summary.epochs, 'epoch')}, ${counted(summary.steps, 'step')}, ${count(summary.samples_per_second)} samples/s`,
    ],
    ['tensorflow', engine ? `${engine.version} on ${engine.device}` : undefined],
    ['tags', tagsText(labelledTags({ ...identity?.tags, ...tags }, { tags: { ...labels.tags, [NAME_TAG]: null } }))],
    ['error', summary?.error ?? undefined],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

/** Each metric's last, lowest and highest value. */
async function metricsTable(metrics: RunHistory['metrics']): Promise<string> {
  const { fittedTable } = await import('../display/tables/fitted-table.js');
  const { metricText } = await import('../display/format.js');
  const { sparkline } = await import('../display/sparkline.js');
  const right = 'right' as const;
  const columns = [
    { title: 'METRIC', rank: 0 },
    { title: 'LAST', rank: 0, align: right },
    { title: 'COURSE', rank: 1 },
    { title: 'LOWEST', rank: 3, align: right },
    { title: 'HIGHEST', rank: 2, align: right },
    { title: 'POINTS', rank: 4, align: right },
  ];
  const where = (name: string, { value, epoch, step }: MetricPoint): string =>
    `${metricText(name, value)} @ ${epoch === undefined ? `step ${step}` : `epoch ${epoch}`}`;
  const rows = Object.entries(metrics).map(([name, points]) => {
    const [lowest, highest] = extremes(points);
    const last = points[points.length - 1];
    const ends = points.length > 1 ? [where(name, lowest), where(name, highest)] : ['', ''];
    const course = points.length > 1 ? sparkline(points.map(({ value }) => value)) : '';
    return [name, metricText(name, last.value), course, ...ends, String(points.length)];
  });
  return rows.length > 0 ? `\n${fittedTable(columns, rows)}` : '';
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
