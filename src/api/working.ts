import { interrupted } from '../text/errors.js';
import type { WorkOptions } from './options.js';

/** What work is given instead of what its caller has said. */
export interface Work<Event> {
  onEvent: (event: Event) => void;
  signal: AbortSignal;
  environment: NodeJS.ProcessEnv;
}

/**
 * Does work for a caller. An error of the listener must not reach the event loop, where it would end the process: the
 * work is ended instead, and the error thrown to whoever waits for it.
 * @throws UserError `interrupted` when the signal is aborted beforehand
 */
export async function working<Event, Result>(
  { onEvent, signal, environment = process.env }: WorkOptions<Event>,
  work: (given: Work<Event>) => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted) throw interrupted();
  const controller = new AbortController();
  const end = (): void => {
    controller.abort();
  };
  signal?.addEventListener('abort', end, { once: true });
  let thrown: { error: unknown } | undefined;
  const tell = (event: Event): void => {
    if (thrown) return;
    try {
      onEvent?.(event);
    } catch (error) {
      thrown = { error };
      end();
    }
  };
  const given = { onEvent: tell, signal: controller.signal, environment: environment as NodeJS.ProcessEnv };
  const settled = await Promise.allSettled([work(given)]);
  signal?.removeEventListener('abort', end);
  throwAgain(thrown);
  const [outcome] = settled;
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

function throwAgain(thrown: { error: unknown } | undefined): void {
  if (thrown) throw thrown.error;
}
