import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/tracking/local-server.js';

/** A Redis server of a test's own, on a free port of this machine, which keeps an append-only file unless it is told not to. */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ablate-redis-'));
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    options: readonly string[],
  ) {
    this.#options = options;
  }

  /** @param options of `redis-server` */
  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.restart();
    return server;
  }

  get address(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends the server, as a machine that fails would, and starts it again from its append-only file, if it keeps one. */
  async restart(): Promise<void> {
    await this.end();
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const server = spawn('redis-server', [...options, ...durable, ...this.#options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = server;
    await new Promise<void>((resolve, reject) => {
      server.on('error', (error) => {
        reject(new Error("redis-server can't be started: apt-get install redis-server", { cause: error }));
      });
      server.on('exit', (code) => {
        reject(new Error(`redis-server ended with ${code ?? 'a signal'}`));
      });
      server.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('Ready to accept connections')) resolve();
      });
    });
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Ends the server, as a machine that fails would. */
  async end(): Promise<void> {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
