import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { requireAllowedHost } from '../../src/serving/allowed-hosts.js';
import { BytesInFlight } from '../../src/serving/bytes-in-flight.js';
import { answerErrors } from '../../src/serving/errors.js';
import { parseBodies } from '../../src/serving/request-body.js';
import { BYTE_TYPES } from '../../src/serving/schemas.js';

let app: FastifyInstance;

afterEach(async () => {
  await app.close();
});

describe('the hosts that a server answers for', () => {
  async function status(host: string, ...allowed: string[]): Promise<number> {
    app = fastify();
    answerErrors(app, BYTE_TYPES);
    requireAllowedHost(app, allowed);
    app.get('/', () => 'yes');
    return (await app.inject({ url: '/', headers: { host } })).statusCode;
  }

  it.each([
    ...['localhost', 'LOCALHOST:8080', 'localhost.', 'digits.localhost:80', '127.0.0.1:8080', '10.1.2.3', '[::1]:8080'],
    hostname(),
  ])('are by themselves addresses and those of this machine: %s', async (host) => {
    expect(await status(host)).toBe(200);
  });

  it.each([
    'evil.org',
    'evil.org:8080',
    'localhost.evil.org',
    'evillocalhost',
    '127.0.0.1.nip.io',
    'a@127.0.0.1',
    'evil.org/127.0.0.1',
    '?',
  ])('are no others, which may be made to lead here: %s', async (host) => {
    expect(await status(host)).toBe(403);
  });

  it.each([
    ['digits.example.org', 'DIGITS.example.org:443', 200],
    ['digits.example.org', 'a.digits.example.org', 403],
    ['.example.org', 'a.b.example.org', 200],
    ['*.example.org', 'a.example.org', 200],
    ['*.example.org', 'evilexample.org', 403],
    ['*', 'anything.org', 200],
  ])('are those that are allowed: %s, %s → %d', async (allowed, host, expected) => {
    expect(await status(host, 'other.org', allowed)).toBe(expected);
  });
});

describe('the bytes that requests hold', () => {
  let bytes: BytesInFlight;
  let bursts: number;
  let work: Deferred;

  /** A server that takes bodies of 1000 bytes, 2500 at once; answers when told to. */
  async function listen(): Promise<number> {
    bursts = 0;
    bytes = new BytesInFlight(2500, () => bursts++);
    work = deferred();
    app = fastify({ forceCloseConnections: true });
    answerErrors(app, BYTE_TYPES);
    parseBodies(app, BYTE_TYPES, 1000, bytes);
    app.post('/', ({ body, raw }) =>
      bytes.during(
        raw,
        work.promise.then(() => ({ length: (body as Buffer).length })),
      ),
    );
    await app.listen({ port: 0 });
    return (app.server.address() as { port: number }).port;
  }

  function begin(port: number, sent: number, length = 1000): Socket {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    const head = ['POST / HTTP/1.1', 'Host: localhost', 'Content-Type: image/png', `Content-Length: ${length}`, '', ''];
    socket.write(head.join('\r\n'));
    socket.write(Buffer.alloc(sent));
    return socket;
  }

  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('are bounded: what finds no room is answered 503, and there is room again when others have gone', async () => {
    const port = await listen();
    const holders = [begin(port, 900), begin(port, 900)];
    await until(() => bytes.total === 1800);
    const refused = begin(port, 900);
    expect(await text(refused)).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 1\r\n[\s\S]*"code":"overloaded"/);
    for (const holder of holders) holder.destroy();
    await until(() => bytes.total === 0);
    work.resolve();
    const taken = begin(port, 1000);
    const [answer] = (await once(taken, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"length":1000\}$/);
    await until(() => bytes.total === 0);
    expect(bursts).toBe(0);
  });

  it('are held while there is work on them, though whoever asked has gone', async () => {
    const port = await listen();
    const gone = begin(port, 1000);
    await until(() => bytes.total === 1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    gone.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bytes.total).toBe(1000);
    work.resolve();
    await until(() => bytes.total === 0);
  });

  it('are counted of bodies that come byte by byte, or are longer than allowed, and of no other kind', async () => {
    const port = await listen();
    work.resolve();
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write(`${'1\r\nx\r\n'.repeat(1000)}0\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/\{"length":1000\}$/);
    socket.destroy();
    expect(await text(begin(port, 10, 1001))).toMatch(/^HTTP\/1\.1 413 /);
    const longer = connect(port, '127.0.0.1');
    longer.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n');
    longer.write(`3e9\r\n${'x'.repeat(1001)}\r\n`);
    expect(await text(longer)).toMatch(/^HTTP\/1\.1 413 /);
    await until(() => bytes.total === 0);
  });

  it('are given back after a burst', async () => {
    await listen();
    const much = new BytesInFlight(2 ** 30, () => bursts++);
    for (const [size, expected] of [
      [2 ** 20, 0],
      [2 ** 26, 1],
      [2 ** 20, 1],
    ]) {
      const request = {} as never;
      let close: () => void = () => undefined;
      much.releaseAfter(request, { once: (_: string, listener: () => void) => (close = listener) } as never);
      much.hold(request, size);
      close();
      await until(() => much.total === 0);
      expect(bursts).toBe(expected);
    }
  });
});

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
