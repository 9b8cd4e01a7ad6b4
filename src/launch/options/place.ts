import { type Command, Option } from 'commander';
import { badUsage } from '../../text/errors.js';
import { BOUNDS, LAUNCHERS, type PlaceSettings } from '../settings.js';
import { wholeNumber } from './parsers.js';

/** What the user says of where trials are trained, unless it is this machine. */
export type PlaceOptions = Pick<PlaceSettings, 'queue' | 'launcher' | 'priority'>;

/** Adds what commands take that can train on other machines. */
export function addPlaceOptions(command: Command): void {
  addQueueOption(command);
  command.addOption(
    new Option('--launcher <name>', 'local: on this machine; slurm: each trial as a job of the cluster')
      .choices(LAUNCHERS)
      .default('local'),
  );
  command.option(
    '--priority <n>',
    'of these trials on the queue, from -1000 to 1000: the highest begin first (default: 0)',
    wholeNumber(...BOUNDS.priority),
  );
}

/** Adds the address of a queue, which may be in the environment: a command line is seen by every user of a machine. */
export function addQueueOption(command: Command): void {
  const what = 'trials go by a Redis queue: redis://[USER:PASSWORD@]HOST[:PORT], rediss:// for TLS';
  command.addOption(new Option('--queue <address>', what).env('ABLATE_QUEUE'));
}

export function readPlaceOptions({ queue, launcher, priority }: PlaceOptions): PlaceOptions {
  if (queue !== undefined) hideSecrets(queue);
  return { queue, launcher, priority };
}

/**
 * Takes the address of a queue off the command line as `ps` shows it, if a password may be in it.
 * @param queue the address
 */
function hideSecrets(queue: string): void {
  if (queue.includes('@') && process.argv.some((word) => word.includes(queue))) process.title = 'ablate';
}

/** @throws UserError `bad-usage` without one */
export function requireQueue({ queue }: { queue?: string }): string {
  if (queue !== undefined) {
    hideSecrets(queue);
    return queue;
  }
  throw badUsage('which queue?', 'name it with --queue redis://HOST, or in the environment: ABLATE_QUEUE=redis://HOST');
}
