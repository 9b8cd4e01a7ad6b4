import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { closePort, passedSocket } from '../../src/serving/port.js';

it('takes a socket that is meant for this process, and hides it from those that it starts', () => {
  const cases: [NodeJS.ProcessEnv, number | undefined][] = [
    [{ LISTEN_FDS: '1', LISTEN_PID: String(process.pid) }, 3],
    [{ LISTEN_FDS: '1' }, 3],
    [{ LISTEN_FDS: '1', LISTEN_PID: '1' }, undefined],
    [{ LISTEN_FDS: '0' }, undefined],
    [{ LISTEN_FDS: 'no' }, undefined],
    [{}, undefined],
  ];
  for (const [environment, expected] of cases) {
    expect(passedSocket(environment), JSON.stringify(environment)).toBe(expected);
    expect(environment).toEqual({});
  }
});

it('resets nobody who waits while a busy server closes its port', async () => {
  const server = createServer((_request, response) => {
    // While this continues, others arrive that the server can't take.
    for (const end = performance.now() + 5; performance.now() < end;);
    response.end('answered', () => {
      server.closeIdleConnections();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.0\r\n\r\n');
    return text(socket).catch((error: unknown) => (error as NodeJS.ErrnoException).code ?? '');
  };
  const answers: Promise<string>[] = [];
  for (let index = 0; index < 40; index++) answers.push(ask());
  const closed = closePort(server);
  for (let index = 0; index < 40; index++) answers.push(ask());
  await closed;
  expect(server.listening).toBe(false);
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/answered$/);
});
