import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { messageOf, UserError } from '../../errors.js';
import type { QueueAddress } from './address.js';

const PATIENCE_MILLISECONDS = 10_000;

/**
 * Connects to a queue's server; later the connection mends itself, however often it breaks.
 * @throws UserError `queue-unreachable`
 */
export async function connect({ connection, shown }: QueueAddress): Promise<Redis> {
  const redis = new Redis({ ...connection, lazyConnect: true });
  let problem = 'no answer';
  redis.on('error', (error: unknown) => {
    problem = messageOf(error);
  });
  try {
    const answer = redis.connect().then(() => redis.ping());
    await Promise.race([answer, sleep(PATIENCE_MILLISECONDS).then(() => Promise.reject(new Error(problem)))]);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new UserError(
      `the queue at ${shown} can't be reached: ${problem === 'no answer' ? messageOf(error) : problem}`,
      {
        code: 'queue-unreachable',
        hint: 'is `redis-server` running there, and are the name, the password and the port right?',
        cause: error,
      },
    );
  }
}
