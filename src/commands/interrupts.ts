/**
 * The first Ctrl-C ends what runs in order, with checkpoints; the second ends everything at once.
 * @param endNow ends the workers
 * @returns a signal that the first aborts, and what ends the listening
 */
export function listenForInterrupts(endNow: () => void): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      endNow();
      process.exit(130);
    }
    controller.abort();
    process.stderr.write('\nEnding after the steps under way, with a checkpoint; Ctrl-C again ends it at once.\n');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return { signal: controller.signal, stop: () => process.off('SIGINT', interrupt).off('SIGTERM', interrupt) };
}
