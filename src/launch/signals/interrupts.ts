/** What is told of Ctrl-C, and of being told to end. */
export interface Interrupts {
  signal: AbortSignal;
  /** Ends the listening. */
  stop: () => void;
}

/** Ctrl-C, what service managers and workload managers send, and what the shell sends when its terminal closes. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What may pass between the first signal and the end: the steps under way and a checkpoint. As long as Docker waits. */
const PATIENCE_SECONDS = 10;

/** A signal that Ctrl-C aborts. */
export function abortOnInterrupt(): Interrupts {
  const controller = new AbortController();
  return listen(controller, () => {
    controller.abort();
  });
}

/**
 * The first Ctrl-C ends what runs in order, with checkpoints; the second, or the end of patience, ends everything at once.
 * @param endNow ends the workers
 * @returns a signal that the first aborts
 */
export function listenForInterrupts(endNow: () => void, patienceSeconds = PATIENCE_SECONDS): Interrupts {
  const controller = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  const end = (): void => {
    endNow();
    process.exit(130);
  };
  const { signal, stop } = listen(controller, () => {
    if (controller.signal.aborted) end();
    say('\nEnding after the steps under way, with a checkpoint; Ctrl-C again ends it at once.');
    patience = setTimeout(() => {
      say(
        `It hasn't ended within ${patienceSeconds} seconds: it is ended now, and can be resumed from its last checkpoint.`,
      );
      end();
    }, 1000 * patienceSeconds);
    controller.abort();
  });
  return {
    signal,
    stop: () => {
      clearTimeout(patience);
      stop();
    },
  };
}

function listen(controller: AbortController, interrupt: () => void): Interrupts {
  for (const name of SIGNALS) process.on(name, interrupt);
  const stopWatching = onNpxGone(interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      stopWatching();
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Milliseconds between two looks. */
const NPX_LOOKS = 500;

/**
 * Tells when npx, which started this program, was ended: it passes a signal on only to the shell that it started it in,
 * which ends without passing it on.
 * @returns ends the watching
 */
export function onNpxGone(listener: () => void): () => void {
  if (process.env.npm_command !== 'exec') return () => undefined;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    listener();
  }, NPX_LOOKS).unref();
  return () => {
    clearInterval(timer);
  };
}
