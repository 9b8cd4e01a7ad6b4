import { badUsage, messageOf, UserError } from '../../text/errors.js';
import { readTextSync } from '../../system/regular-file.js';

/** What ioredis and BullMQ take. */
interface Connection {
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
  db: number;
  tls: TlsFiles | undefined;
  maxRetriesPerRequest: null;
  retryStrategy: (times: number) => number;
}

/** PEM texts; the authorities that the system knows stand in for `ca`. */
interface TlsFiles {
  ca?: string;
  cert?: string;
  key?: string;
}

/** A queue of trials on a Redis server. */
export interface QueueAddress {
  /** How to connect; holds the password. */
  connection: Connection;
  /** Several queues can share a server. */
  queue: string;
  /** The address without its secrets, for people. */
  shown: string;
}

const LONGEST_WAIT_MILLISECONDS = 5000;
const EXPECTED = 'expected redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?queue=NAME], or rediss:// for TLS';
/** Parameters of an address, named as redis-py names them, and what they are to Node. */
const TLS_FILES = { ssl_ca_certs: 'ca', ssl_certfile: 'cert', ssl_keyfile: 'key' } as const;

/**
 * Reads the address of a queue: `rediss://user:password@host:6380/0?queue=vision&ssl_ca_certs=ca.pem`.
 * @throws UserError `bad-usage`, which doesn't repeat what it couldn't read: there may be a password in it
 */
export function parseQueueAddress(text: string): QueueAddress {
  const url = parseUrl(text);
  const database = url.pathname.slice(1);
  const queue = url.searchParams.get('queue') ?? 'trials';
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'queue' && !(key in TLS_FILES));
  if (unknown !== undefined) throw unreadable(`it has an unknown parameter "${unknown}"`);
  if (!/^\d{0,5}$/.test(database)) throw unreadable('its database is no number');
  if (!/^[\w.-]{1,100}$/.test(queue)) throw unreadable("its queue's name may have letters, digits, _, . and - only");
  return {
    connection: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 6379),
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      db: Number(database || 0),
      tls: url.protocol === 'rediss:' ? readTlsFiles(url) : undefined,
      // A server that is away for a while costs no trial.
      maxRetriesPerRequest: null,
      retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 10), LONGEST_WAIT_MILLISECONDS),
    },
    queue,
    shown: `${url.protocol}//${url.host}/${database || 0} (queue ${queue})`,
  };
}

function readTlsFiles({ searchParams }: URL): TlsFiles {
  const named = Object.entries(TLS_FILES).flatMap(([parameter, option]) => {
    const file = searchParams.get(parameter);
    return file === null ? [] : [[option, readTlsFile(parameter, file)]];
  });
  return Object.fromEntries(named) as TlsFiles;
}

function readTlsFile(parameter: string, file: string): string {
  try {
    return readTextSync(file);
  } catch (error) {
    throw unreadable(`${parameter}: ${messageOf(error)}`);
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'redis:' || url.protocol === 'rediss:') && url.hostname !== '') return url;
  throw unreadable('it is no address of a Redis server');
}

function unreadable(problem: string): UserError {
  return badUsage(`--queue can't be read: ${problem}`, EXPECTED);
}
