import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { messageOf, UserError } from '../../text/errors.js';
import type { QueueAddress } from './address.js';

const PATIENCE_MILLISECONDS = 10_000;
const NO_ANSWER = 'no answer';

/** What a server, or the way to it, says → what to do. The first that fits counts. */
const REMEDIES: [problem: RegExp, hint: string][] = [
  [
    /WRONGPASS|NOAUTH|AUTH/i,
    'the address takes both: redis://USER:PASSWORD@HOST, with @, : and / in them as %40, %3A, %2F',
  ],
  [/NOPERM/, 'the user may do too little there: the queue needs all commands on the keys ablate* and channels ablate*'],
  [
    /certificate|self.signed|issuer|altname/i,
    'name the authority that signed the certificate: ssl_ca_certs=FILE in the address, or NODE_EXTRA_CA_CERTS=FILE',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'is the name of the host right?'],
];

/**
 * Connects to a queue's server; later the connection mends itself, however often it breaks.
 * @throws UserError `queue-unreachable`
 */
export async function connect(address: QueueAddress): Promise<Redis> {
  const redis = new Redis({ ...address.connection, lazyConnect: true });
  let problem = NO_ANSWER;
  redis.on('error', (error: unknown) => {
    problem = messageOf(error);
  });
  try {
    const late = sleep(PATIENCE_MILLISECONDS, undefined, { ref: false }).then(() => Promise.reject(new Error(problem)));
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw unreachable(address, problem === NO_ANSWER ? messageOf(error) : problem, error);
  }
}

function unreachable({ shown, connection }: QueueAddress, problem: string, cause: unknown): UserError {
  const tls = connection.tls
    ? 'does it speak TLS at this port, and want a certificate of yours (ssl_certfile=FILE&ssl_keyfile=FILE)?'
    : 'is `redis-server` running there? With TLS the address begins with rediss://';
  // What Redis says itself of a password that is missing is about its protocol.
  const what = problem.startsWith('NOAUTH') ? 'it wants a password' : problem;
  return new UserError(`the queue at ${shown} can't be reached: ${what}`, {
    code: 'queue-unreachable',
    hint: REMEDIES.find(([pattern]) => pattern.test(problem))?.[1] ?? tls,
    cause,
  });
}
