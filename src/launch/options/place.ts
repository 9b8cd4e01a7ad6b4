import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import type { PlaceSettings } from '../settings.js';
import { wholeNumber } from './read-number.js';

/** What the user says of where trials are trained, unless it is this machine. */
export interface PlaceOptions {
  queue?: string;
  launcher?: string;
  priority?: string;
}

/** Adds what commands take that can train on other machines. */
export function addPlaceOptions(command: Command): void {
  addQueueOption(command);
  command.option('--launcher <name>', 'local: on this machine; slurm: each trial as a job of the cluster', 'local');
  command.option(
    '--priority <n>',
    'of these trials on the queue, from -1000 to 1000: the highest begin first (default: 0)',
  );
}

/** Adds the address of a queue, which may be in the environment: a command line is seen by every user of a machine. */
export function addQueueOption(command: Command): void {
  const what = 'trials go by a Redis queue: redis://[USER:PASSWORD@]HOST[:PORT], rediss:// for TLS';
  command.addOption(new Option('--queue <address>', what).env('ABLATE_QUEUE'));
}

/** @throws UserError `bad-usage` */
export function readPlaceOptions(options: PlaceOptions): Pick<PlaceSettings, 'queue' | 'launcher' | 'priority'> {
  const { queue, launcher = 'local', priority = '0' } = options;
  if (launcher !== 'local' && launcher !== 'slurm') {
    const message = `--launcher is ${launcher}; expected local or slurm`;
    throw new UserError(message, { code: 'bad-usage', exitCode: 2 });
  }
  if (queue !== undefined) hideSecrets(queue);
  return { queue, launcher, priority: readPriority(priority) };
}

function readPriority(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  return Number(text) === 0 ? 0 : sign * wholeNumber('--priority', text.replace(/^-/, ''), 1000);
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
  throw new UserError('which queue?', {
    code: 'bad-usage',
    hint: 'name it with --queue redis://HOST, or in the environment: ABLATE_QUEUE=redis://HOST',
    exitCode: 2,
  });
}
