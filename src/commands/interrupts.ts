/** What is told of Ctrl-C, and of being told to end. */
export interface Interrupts {
  signal: AbortSignal;
  /** Ends the listening. */
  stop: () => void;
}

/** A signal that Ctrl-C aborts. */
export function abortOnInterrupt(): Interrupts {
  const controller = new AbortController();
  return listen(controller, () => {
    controller.abort();
  });
}

/**
 * The first Ctrl-C ends what runs in order, with checkpoints; the second ends everything at once.
 * @param endNow ends the workers
 * @returns a signal that the first aborts
 */
export function listenForInterrupts(endNow: () => void): Interrupts {
  const controller = new AbortController();
  return listen(controller, () => {
    if (controller.signal.aborted) {
      endNow();
      process.exit(130);
    }
    controller.abort();
    process.stderr.write('\nEnding after the steps under way, with a checkpoint; Ctrl-C again ends it at once.\n');
  });
}

function listen(controller: AbortController, interrupt: () => void): Interrupts {
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return { signal: controller.signal, stop: () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt) };
}
