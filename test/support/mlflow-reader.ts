import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { testPython } from './python.js';

/** A run as MLflow's own Python client reads it. */
export interface ReadRun {
  name: string;
  status: string;
  start: number;
  end: number | null;
  deleted: boolean;
  experiment: string;
  params: Record<string, string>;
  tags: Record<string, string>;
  /** Name → points: step, time, value. */
  metrics: Record<string, [number, number, number | string][]>;
  inputs: { name: string; digest: string; tags: Record<string, string> }[];
  models: { name: string; status: string; run: string; artifacts: Record<string, string> }[];
  /** Path → SHA-256. */
  artifacts: Record<string, string>;
}

export interface ReadModel {
  signature: { inputs: number[][]; outputs: number[][] };
  example: number[];
}

/** Reads an MLflow server with MLflow's own Python client, in one process for many questions. */
export class MlflowReader {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  private constructor(process: ChildProcessByStdio<Writable, Readable, null>) {
    this.#process = process;
    this.#answers = createInterface(process.stdout)[Symbol.asyncIterator]();
  }

  static async open(uri: string): Promise<MlflowReader> {
    const script = fileURLToPath(new URL('mlflow_reader.py', import.meta.url));
    return new MlflowReader(spawn(await testPython(), [script, uri], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  async readRun(runId: string): Promise<ReadRun> {
    return (await this.#ask('read_run', runId)) as ReadRun;
  }

  /** The runs of an experiment that aren't deleted. */
  async runIds(experiment: string): Promise<string[]> {
    return (await this.#ask('run_ids', experiment)) as string[];
  }

  /** A registered or logged model by its URI: the shapes of its signature and of its input example. */
  async modelInfo(uri: string): Promise<ReadModel> {
    return (await this.#ask('model_info', uri)) as ReadModel;
  }

  /** What an URI leads to: path → SHA-256. */
  async hashes(uri: string): Promise<Record<string, string>> {
    return (await this.#ask('hashes', uri)) as Record<string, string>;
  }

  /** Registers a model by its URI. @returns its version */
  async register(uri: string, name: string): Promise<string> {
    return String(await this.#ask('register', uri, name));
  }

  /** The version of a registered model that has an alias. */
  async aliasedVersion(name: string, alias: string): Promise<string> {
    return String(await this.#ask('aliased_version', name, alias));
  }

  async experimentTags(experiment: string): Promise<Record<string, string>> {
    return (await this.#ask('experiment_tags', experiment)) as Record<string, string>;
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#ask('delete_run', runId);
  }

  async deleteExperiment(experiment: string): Promise<void> {
    await this.#ask('delete_experiment', experiment);
  }

  close(): void {
    this.#process.stdin.end();
  }

  async #ask(...request: string[]): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answers.next();
    if (answer.done) throw new Error('the reader ended; its error stands above');
    return JSON.parse(answer.value);
  }
}
