import { setTimeout as sleep } from 'node:timers/promises';
import type { Workspace } from './program.js';

/** A real `ablate serve`. */
export interface Served {
  url: string;
  pid: number;
  kill: (signal: NodeJS.Signals) => void;
  /** Told what it writes to its standard error. */
  onError: (listener: (text: string) => void) => void;
  /** Its exit code and what it wrote, once it has ended. */
  ended: Promise<{ code: number | null; stderr: string }>;
}

/** Serves a run at a free port, and waits until it answers. */
export async function serve(workspace: Workspace, run: string, ...options: string[]): Promise<Served> {
  const program = workspace.start(['serve', run, '--port', '0', '--grace', '0', '--json', ...options]);
  let hasEnded = false;
  void program.result.then(() => (hasEnded = true));
  while (!program.stdout().includes('\n')) {
    if (hasEnded as boolean) throw new Error(`serve has ended: ${(await program.result).stderr}`);
    await sleep(50);
  }
  const { url } = JSON.parse(program.stdout()) as { url: string };
  return { url, pid: program.pid, kill: program.kill, onError: program.onError, ended: program.result };
}
