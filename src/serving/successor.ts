import { spawn } from 'node:child_process';
import type { Server } from 'node:http';
import { UserError } from '../text/errors.js';

/** A process that is to take a server's place. */
export interface Successor {
  pid: number | undefined;
  /** When it answers. @throws UserError `no-successor` if it ends before */
  ready: Promise<void>;
  kill: () => void;
}

/**
 * Starts this same program, with the same arguments, on the same listening socket: until it is ready, this one answers
 * alone, then both, and no connection is refused or lost in between.
 */
export function startSuccessor(server: Server): Successor {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['ignore', 'inherit', 'inherit', descriptorOf(server), 'ipc'],
    // It outlives this process, and so whoever started this one.
    env: { ...process.env, LISTEN_FDS: '1', npm_command: undefined },
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => {
      child.disconnect();
      child.unref();
      resolve();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new UserError(`the successor has ended (${signal ?? code})`, { code: 'no-successor' }));
    });
  });
  return { pid: child.pid, ready, kill: () => child.kill() };
}

/** Tells whoever started this process, a server that it succeeds or a process manager, that it answers. */
export function announceReady(): void {
  process.send?.('ready');
}

/** Of its listening socket, which Node keeps to itself. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as Server & { _handle?: { fd?: number } | null };
  if (handle?.fd === undefined || handle.fd < 0) {
    throw new UserError('this system has no sockets that can be handed over', { code: 'no-successor' });
  }
  return handle.fd;
}
