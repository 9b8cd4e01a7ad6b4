import { Argument, type Command } from 'commander';
import type { QueueAction } from '../remote/redis/queue-control.js';
import { addQueueOption, requireQueue } from '../launch/options/place.js';

/** Adds `ablate queue` to the program. */
export function registerQueue(program: Command): void {
  const command = program
    .command('queue')
    .description('look at a queue of trials; pause it (what runs continues, nothing more begins), or let it continue')
    .addArgument(new Argument('[action]', 'what to do').choices(['status', 'pause', 'resume']).default('status'))
    .option('--json', 'print the state as JSON')
    .action(control);
  addQueueOption(command);
}

async function control(action: QueueAction, options: { queue?: string; json?: true }): Promise<void> {
  const { parseQueueAddress } = await import('../remote/redis/address.js');
  const { controlQueue } = await import('../remote/redis/queue-control.js');
  const address = parseQueueAddress(requireQueue(options));
  const status = await controlQueue(address, action);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    return;
  }
  const { paused, workers, running, waiting, delayed, ended } = status;
  const state = paused ? 'paused' : 'open';
  process.stdout.write(
    `${address.shown}: ${state}; workers: ${workers}; trials running: ${running}, waiting: ${waiting}, ` +
      `to be tried again: ${delayed}, ended and not fetched: ${ended}\n`,
  );
}
