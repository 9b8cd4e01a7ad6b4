/** How a server is told to end: within its grace, or at once. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What an operator may want of a server that runs. */
export interface ServeSignals {
  /** The first signal to stop; a second one ends the process. */
  stopped: Promise<StopSignal>;
  /** SIGHUP. */
  onReload: (reload: () => void) => void;
  /** SIGUSR2. */
  onSucceed: (succeed: () => void) => void;
  close: () => void;
}

/** Listens from now on: a signal while the server starts stops it once it has. */
export function listenForSignals(): ServeSignals {
  const listeners = new Map<NodeJS.Signals, () => void>();
  const listen = (signal: NodeJS.Signals, listener: () => void): void => {
    listeners.set(signal, listener);
    process.on(signal, listener);
  };
  let isStopping = false;
  const stopped = new Promise<StopSignal>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      listen(signal, () => {
        if (isStopping) process.exit(130);
        isStopping = true;
        resolve(signal);
      });
    }
  });
  let [reload, succeed] = [ignore, ignore];
  listen('SIGHUP', () => {
    reload();
  });
  listen('SIGUSR2', () => {
    succeed();
  });
  return {
    stopped,
    onReload: (listener) => (reload = listener),
    onSucceed: (listener) => (succeed = listener),
    close: () => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

function ignore(): void {
  // until the server listens
}
