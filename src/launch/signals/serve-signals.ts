import { onNpxGone } from './interrupts.js';

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
  let stopWatching: (() => void) | undefined;
  const stopped = new Promise<StopSignal>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      listen(signal, () => {
        if (isStopping) process.exit(130);
        isStopping = true;
        resolve(signal);
      });
    }
    stopWatching = onNpxGone(() => {
      isStopping = true;
      resolve('SIGTERM');
    });
  });
  const [reload, succeed] = [new Wish(), new Wish()];
  listen('SIGHUP', () => {
    reload.express();
  });
  listen('SIGUSR2', () => {
    succeed.express();
  });
  return {
    stopped,
    onReload: (listener) => {
      reload.heedBy(listener);
    },
    onSucceed: (listener) => {
      succeed.heedBy(listener);
    },
    close: () => {
      stopWatching?.();
      for (const [signal, listener] of listeners) process.off(signal, listener);
    },
  };
}

/** What a signal asks for; asked before the server listens, it is done as soon as it does. */
class Wish {
  #heed: (() => void) | undefined;
  #isExpressed = false;

  express(): void {
    this.#isExpressed = true;
    this.#heed?.();
  }

  heedBy(heed: () => void): void {
    this.#heed = heed;
    if (this.#isExpressed) heed();
  }
}
