import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to one request on its way to a real server. */
export type Fault =
  /** The connection breaks before the request arrives. */
  | { kind: 'reset' }
  /** The proxy answers in the server's place. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** The request is carried out, the answer gets lost. */
  | { kind: 'lost' }
  /** The request is carried out, the answer breaks off half-way. */
  | { kind: 'truncated' }
  | { kind: 'delayed'; milliseconds: number };

/** An HTTP proxy on the loopback interface that does harm on request. */
export class FaultProxy {
  /** Asked for each request; undefined lets it through. */
  fault: (request: IncomingMessage) => Fault | undefined = () => undefined;
  /** Method and path of each request that came. */
  readonly requests: string[] = [];
  readonly #server: http.Server;
  readonly #target: string;
  #port = 0;

  /** @param target the real server's address */
  constructor(target: string) {
    this.#target = target;
    this.#server = http.createServer((request, response) => void this.#handle(request, response));
  }

  get uri(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, after a `stop` on the same port as before. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses connections, and breaks those that are open. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    const fault = this.fault(request);
    if (fault?.kind === 'reset') return void request.destroy();
    const body = await buffer(request).catch(() => undefined);
    if (!body) return;
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end(fault.body);
    if (fault?.kind === 'delayed') await sleep(fault.milliseconds);
    this.#forward(request, body, response, fault);
  }

  #forward({ method, headers, url }: IncomingMessage, body: Buffer, response: ServerResponse, fault?: Fault): void {
    const options = { method, headers, agent: false as const };
    const forwarded = http.request(`${this.#target}${url}`, options, (answer) => {
      void buffer(answer).then((answered) => {
        this.#answer(response, answer, answered, fault);
      });
    });
    forwarded.on('error', () => response.destroy());
    forwarded.end(body);
  }

  #answer(response: ServerResponse, { statusCode, headers }: IncomingMessage, body: Buffer, fault?: Fault): void {
    if (fault?.kind === 'lost') return void response.destroy();
    const type = headers['content-type'] ?? 'application/octet-stream';
    response.writeHead(statusCode ?? 502, { 'content-type': type, 'content-length': body.length });
    if (fault?.kind !== 'truncated') return void response.end(body);
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  }
}
