import type { Command } from 'commander';
import type { SweepState } from '../sweep/sweep-state.js';
import type { RunDirectory } from '../tracking/run-store.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';
import { ablate } from '../system/shell.js';
import { mainMetric } from '../text/main-metric.js';

interface Options {
  runsDir: string;
  json?: true;
}

/** A run in progress. */
interface GoingRun {
  id: string;
  /** Of the process that trains it. */
  pid: number;
  epoch: number;
  epochs: number;
  /** Of the last epoch. */
  metrics: Record<string, number>;
}

/** Adds `ablate status` to the program. */
export function registerStatus(program: Command): void {
  program
    .command('status')
    .description('show the sweeps and runs in progress, from any terminal')
    .argument('[id]', `a run or a sweep: ${NAMES} (default: all in progress)`)
    .addOption(runsDirectoryOption())
    .option('--json', 'print all of it as JSON')
    .action(status);
}

async function status(id: string | undefined, { runsDir, json }: Options): Promise<void> {
  const { sweeps, runs } = id === undefined ? await allGoingOn(runsDir) : await one(runsDir, id);
  if (json) process.stdout.write(await toJson(sweeps, runs));
  else if (sweeps.length + runs.length === 0) process.stderr.write(`${nothing(runsDir, id)}\n`);
  else process.stdout.write([...(await Promise.all(sweeps.map(sweepText))), await runsText(runs)].join(''));
}

interface Going {
  sweeps: SweepState[];
  runs: GoingRun[];
}

async function allGoingOn(runsDir: string): Promise<Going> {
  const { readSweepStates } = await import('../sweep/sweep-state.js');
  const { listRuns } = await import('../tracking/run-store.js');
  const sweeps = (await readSweepStates(runsDir)).filter(({ holder }) => holder);
  const trials = new Set(sweeps.flatMap(({ open }) => open.map(({ run }) => run)));
  const unfinished = listRuns(runsDir).filter(
    ({ run, summary }) => summary?.status !== 'FINISHED' && !trials.has(run.id),
  );
  return { sweeps, runs: await goingOf(unfinished.map(({ run }) => run)) };
}

async function one(runsDir: string, id: string): Promise<Going> {
  const { findSweepOrRun } = await import('../sweep/find.js');
  const { readSweepState } = await import('../sweep/sweep-state.js');
  const found = findSweepOrRun(runsDir, id);
  return 'sweep' in found
    ? { sweeps: [await readSweepState(found.sweep)], runs: [] }
    : { sweeps: [], runs: await goingOf([found.run]) };
}

/** Those of some runs that a process trains now. */
async function goingOf(runs: RunDirectory[]): Promise<GoingRun[]> {
  const { holderOf } = await import('../tracking/run-lock.js');
  const { readHistory } = await import('../tracking/run-history.js');
  const going: GoingRun[] = [];
  for (const run of runs) {
    const holder = await holderOf(run);
    if (!holder) continue;
    const { metrics, params } = readHistory(run);
    const last = Object.entries(metrics).map(([name, points]) => [name, points[points.length - 1]] as const);
    going.push({
      id: run.id,
      pid: holder.pid,
      epoch: Math.max(0, ...last.map(([, point]) => point.epoch ?? 0)),
      epochs: Number(params['training.epochs']),
      metrics: Object.fromEntries(last.map(([name, point]) => [name, point.value])),
    });
  }
  return going;
}

async function sweepText(state: SweepState): Promise<string> {
  const { colors: pc } = await import('../text/visible.js');
  const { runDirectory } = await import('../tracking/run-store.js');
  const { statusText } = await import('../display/run-status.js');
  const { SweepView } = await import('../display/sweep/sweep-view.js');
  const { chanceFacts } = await import('../display/sweep/chance-level.js');
  const { begun, results, open, jobs, holder, since, sweep } = state;
  const ofSeeds = begun.seed_range === undefined ? { seeds: begun.seeds.length } : {};
  const view = new SweepView(
    { metric: begun.metric, total: results.counts.total, jobs, ...ofSeeds, chanceOf: chanceFacts(sweep.runsDirectory) },
    () => Date.now() / 1000,
  );
  const runs = await goingOf(open.map(({ run }) => runDirectory(sweep.runsDirectory, run)));
  view.restore(
    results,
    open.flatMap((trial) =>
      runs.filter(({ id }) => id === trial.run).map((run) => ({ variant: trial.cell, ...trial, ...run })),
    ),
  );
  const by = holder ? ` in process ${holder.pid} since ${new Date(since).toLocaleString('sv')}` : '';
  const { rows, columns } = process.stdout as { rows?: number; columns?: number };
  return `${pc.bold(begun.id)} ${statusText(state.status)}${by}\n${view.table(rows ?? 24, columns ?? 120)}\n`;
}

async function runsText(runs: GoingRun[]): Promise<string> {
  if (runs.length === 0) return '';
  const { formatTable } = await import('../display/tables/table.js');
  const { metricText } = await import('../display/format.js');
  const { titleOf } = await import('../display/run-list.js');
  const names = [
    ...new Set(runs.map(({ metrics }) => mainMetric('val', (name) => Object.hasOwn(metrics, name)) ?? 'val_accuracy')),
  ];
  const titles = ['RUN', 'PROCESS', 'EPOCH', 'TRAIN LOSS', ...names.map(titleOf)];
  const columns = titles.map((title, index) => ({ title, align: index > 0 ? ('right' as const) : undefined }));
  const score = (metrics: Partial<Record<string, number>>, name: string): string =>
    metrics[name] === undefined ? '' : metricText(name, metrics[name]);
  const rows = runs.map(({ id, pid, epoch, epochs, metrics }) => [
    id,
    String(pid),
    `${epoch}/${epochs}`,
    score(metrics, 'train_loss'),
    ...names.map((name) => score(metrics, name)),
  ]);
  return formatTable(columns, rows);
}

async function toJson(states: SweepState[], runs: GoingRun[]): Promise<string> {
  const { summaryOf } = await import('../sweep/sweep-state.js');
  const { encodeNumbers } = await import('../tracking/journal-events.js');
  const sweeps = states.map((state) => ({ ...summaryOf(state), running: state.open, pid: state.holder?.pid ?? null }));
  const plain = runs.map((run) => ({ ...run, metrics: encodeNumbers(run.metrics) }));
  return `${JSON.stringify({ sweeps, runs: plain }, undefined, 2)}\n`;
}

function nothing(runsDir: string, id: string | undefined): string {
  return id === undefined
    ? `nothing is being trained in ${runsDir}`
    : `${id} isn't being trained; \`${ablate('show', id)}\` tells more`;
}
