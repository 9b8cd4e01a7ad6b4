import { resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { badUsage, codeOf, interrupted, messageOf, UserError } from '../text/errors.js';
import { age } from '../launch/options/parsers.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';
import { ablate } from '../system/shell.js';
import type { Removable, Removal } from '../study/removal.js';
import type { RunRow } from '../study/run-rows.js';

interface Options {
  runsDir: string;
  where?: string;
  olderThan?: number;
  dryRun?: true;
  yes?: true;
  force?: true;
  json?: true;
}

/** Adds `ablate rm` to the program. */
export function registerRm(program: Command): void {
  program
    .command('rm')
    .description('remove runs, and sweeps with their trials; what is being trained, or referred to, is kept')
    .argument('[id...]', `runs and sweeps, each ${NAMES}`)
    .option('--where <condition>', 'those runs of which it holds, as for ls')
    .option('--older-than <age>', 'those that began before: 12h, 30d, 8w', age)
    .option('--dry-run', 'only say what would go, and what would be kept')
    .option('-y, --yes', "don't ask")
    .option('--force', 'remove also what a sweep or another run refers to')
    .addOption(runsDirectoryOption())
    .option('--json', 'print what was removed and kept as JSON')
    .action(remove);
}

async function remove(ids: string[], options: Options): Promise<void> {
  const { readRunRows } = await import('../study/run-rows.js');
  const { readSweepStates } = await import('../sweep/sweep-state.js');
  const { planRemoval, removables, withTrials } = await import('../study/removal.js');
  const rows = await readRunRows(options.runsDir);
  const all = removables(rows, await readSweepStates(options.runsDir));
  const wanted = withTrials(await chosen(ids, rows, all, options), rows);
  const held = await heldOf(all);
  const removal = planRemoval(all, wanted, { held, force: options.force ?? false });
  if (!options.json) await printPlan(removal, options);
  if (removal.removed.length > 0 && !options.dryRun) {
    await confirm(removal, options);
    await removeAll(removal, options.runsDir);
  }
  await report(removal, ids, options);
}

/** Ids that are named and of which the conditions hold. @throws UserError `bad-usage` where there is neither */
async function chosen(
  ids: string[],
  rows: readonly RunRow[],
  all: readonly Removable[],
  { runsDir, where, olderThan }: Options,
): Promise<Set<string>> {
  const { filterRows } = await import('../study/run-rows.js');
  const { startTime } = await import('../study/removal.js');
  if (ids.length === 0 && where === undefined && olderThan === undefined) throw nothingNamed();
  const named = await Promise.all(ids.map((id) => idNamed(id, runsDir)));
  const before = olderThan === undefined ? Infinity : Date.now() - olderThan;
  const found = where === undefined ? all.map(({ id }) => id) : filterRows(rows, where).map(({ run }) => run.id);
  const isNamed = (id: string): boolean => ids.length === 0 || named.includes(id);
  return new Set(found.filter((id) => isNamed(id) && startTime(id) < before));
}

async function idNamed(reference: string, runsDir: string): Promise<string> {
  const { findSweepOrRun } = await import('../sweep/find.js');
  const found = findSweepOrRun(runsDir, reference);
  const { id, path } = 'sweep' in found ? found.sweep : found.run;
  if (path.startsWith(resolve(runsDir) + sep)) return id;
  throw badUsage(`${path} is not in ${runsDir}`, 'name the folder that it lies in: --runs-dir');
}

function nothingNamed(): UserError {
  return badUsage(
    'nothing is named that is to be removed',
    `for example: ${ablate('rm', '--older-than', '30d', '--where', 'val_accuracy<0.9', '--dry-run')}`,
  );
}

async function heldOf(all: readonly Removable[]): Promise<Set<string>> {
  const { holderOf } = await import('../tracking/run-lock.js');
  const held = new Set<string>();
  for (const each of all) if (await holderOf(each)) held.add(each.id);
  return held;
}

async function printPlan(removal: Removal, { dryRun }: Options): Promise<void> {
  const { removalText } = await import('../display/removal.js');
  process.stdout.write(removalText(removal, dryRun ? 'would be removed' : 'to be removed'));
}

/** @throws UserError `not-confirmed` */
async function confirm({ removed }: Removal, { yes, json }: Options): Promise<void> {
  if (yes) return;
  const hint = 'add --yes to remove it, or --dry-run to look only';
  if (json || !process.stdin.isTTY) {
    throw new UserError('nobody can be asked here', { code: 'not-confirmed', hint, exitCode: 2 });
  }
  const { createInterface } = await import('node:readline');
  const { counted } = await import('../text/words.js');
  process.stderr.write(`Remove ${counted(removed.length, 'folder')}? They can't be brought back. [y/N] `);
  // As plain lines: what edits them on a terminal would have to write control codes.
  const lines = createInterface({ input: process.stdin, terminal: false });
  const answer = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve).once('close', () => {
      resolve(undefined);
    });
  });
  lines.close();
  if (answer === undefined) throw interrupted(); // the end of the input: Ctrl-D
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new UserError('nothing was removed', { code: 'not-confirmed', exitCode: 2 });
}

/** What has begun to be trained meanwhile is kept. */
async function removeAll(removal: Removal, runsDir: string): Promise<void> {
  const { removeFolder } = await import('../tracking/remove-folder.js');
  for (const each of [...removal.removed]) {
    try {
      await removeFolder(each, runsDir);
    } catch (error) {
      if (codeOf(error) !== 'run-in-use') throw error;
      removal.removed.splice(removal.removed.indexOf(each), 1);
      removal.kept.push({ id: each.id, reason: messageOf(error) });
    }
  }
}

/** What was named and is kept makes the command fail; what a condition found and is kept doesn't. */
async function report({ removed, kept }: Removal, ids: string[], { json, dryRun }: Options): Promise<void> {
  const { bytesText } = await import('../display/format.js');
  const bytes = removed.reduce((sum, each) => sum + each.bytes, 0);
  if (json) {
    const plain = { removed: removed.map(({ id }) => id), kept, bytes, dry_run: dryRun ?? false };
    process.stdout.write(`${JSON.stringify(plain, undefined, 2)}\n`);
  } else if (removed.length === 0) process.stderr.write('nothing to remove\n');
  else process.stderr.write(`${dryRun ? 'would free' : `removed ${removed.length}, freed`} ${bytesText(bytes)}\n`);
  if (ids.length > 0 && kept.length > 0) process.exitCode = 1;
}
