import type { Server } from 'node:http';

/** The first descriptor that is passed by systemd's protocol, `sd_listen_fds(3)`. */
const FIRST_PASSED = 3;
/** Milliseconds. Within a turn that takes longer, others may have come since it looked at the port. */
const IDLE_TURN = 0.2;
/** Milliseconds that closing a port may be put off by clients who never cease to arrive. */
const LONGEST_WAIT = 5000;

/**
 * The socket that whoever started this process has opened for it: systemd, or the server that it succeeds. What arrives
 * there between two processes waits, and nothing is refused. Takes it out of the environment, which children inherit.
 */
export function passedSocket(environment: NodeJS.ProcessEnv = process.env): number | undefined {
  const { LISTEN_FDS, LISTEN_PID } = environment;
  delete environment.LISTEN_FDS;
  delete environment.LISTEN_PID;
  const isMeant = LISTEN_PID === undefined || LISTEN_PID === String(process.pid);
  return isMeant && Number(LISTEN_FDS) > 0 ? FIRST_PASSED : undefined;
}

/**
 * Closes a server's port as soon as nobody waits there: connections that the system has made, but the server hasn't taken
 * yet, would be reset. All that wait are taken in a turn of the event loop; after a turn that brought none, and was too
 * short to let any arrive since, nobody waits.
 */
export async function closePort(server: Server): Promise<void> {
  const end = performance.now() + LONGEST_WAIT;
  let lastArrival = 0;
  const notice = (): void => {
    lastArrival = performance.now();
  };
  server.on('connection', notice);
  for (;;) {
    const began = performance.now();
    await new Promise(setImmediate);
    const ended = performance.now();
    if ((lastArrival < began && ended - began < IDLE_TURN) || ended > end) break;
  }
  server.off('connection', notice);
  server.close();
}
