import { createHash } from 'node:crypto';
import type { SweepSummary } from '../../src/sweep/sweep-store.js';
import { pointsOf } from './kills.js';
import type { Workspace } from './program.js';

/** The trial's weights and everything that it has measured, by trial, of those that have finished. */
export async function bitsOf(workspace: Workspace, directory: string): Promise<Map<string, string>> {
  const [sweep] = workspace.sweeps(directory);
  const { stdout } = await workspace.ablate(['show', sweep, '--json', '--runs-dir', directory]);
  const { cells: variants } = JSON.parse(stdout) as SweepSummary;
  const trials = variants.flatMap(({ label, trials }) => trials.map((trial) => ({ label, ...trial })));
  const finished = trials.filter(({ status }) => status === 'FINISHED');
  return new Map(
    finished.map(({ label, seed, run }) => [`${label} seed ${seed}`, digestOf(workspace, directory, run)]),
  );
}

function digestOf(workspace: Workspace, directory: string, run: string): string {
  const hash = createHash('sha256').update(workspace.read(directory, run, 'model', 'weights.bin'));
  return hash.update(JSON.stringify(pointsOf(workspace.journal(run, directory)))).digest('hex');
}
