import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { WaitingError, Worker, type Job as QueuedJob } from 'bullmq';
import type { Redis } from 'ioredis';
import type { EndRequest } from '../../protocol/job.js';
import type { RunOutcome } from '../../scheduling/scheduler.js';
import { explanationOf, messageOf } from '../../text/errors.js';
import type { MlflowClient } from '../../tracking/mlflow/client.js';
import { isResumable, type RunDirectory, runDirectory } from '../../tracking/run-store.js';
import { readEndRequest, readOrDrop } from '../arrivals.js';
import { encode } from '../encoding.js';
import { type LoggedRun, logRun } from '../logged-run.js';
import { type Done, explainPlain, sentErrorOf, wasKilled } from '../outcomes.js';
import type { PerformOptions } from '../perform-trial.js';
import { storageId } from '../storage-id.js';
import { identityOf, trialName } from '../trial-identity.js';
import { readMessage, type TrialMessage } from '../trial-message.js';
import type { QueueAddress } from './address.js';
import { isRefusal } from './answers.js';
import { receiveBegunRun, sendBegunRun, sendRun } from './archives.js';
import { connect } from './connection.js';
import {
  ATTEMPTS,
  endChannel,
  KEPT_SECONDS,
  queueOptions,
  type TrialAnswer,
  type TrialKeys,
  trialKeys,
  trialOfRunKey,
} from './queue.js';
import { LinkWatch } from './link-watch.js';
import { EventWriter } from './trial-events.js';

export interface RedisConsumerOptions {
  /** Trials side by side. */
  concurrency: number;
  /** How long a worker that says nothing keeps its trials. */
  leaseSeconds: number;
  /** Where this worker keeps runs, absolute. */
  runsDirectory: string;
  /** Takes the files of runs to senders that use the same server. */
  mlflow?: MlflowClient;
  perform: (message: TrialMessage, options: PerformOptions) => Promise<RunOutcome>;
  /** A line for the user. */
  onMessage: (message: string) => void;
}

/** How often a trial may be lost with its worker before it is held to be the cause. */
const MOST_LOSSES = 5;
/** Of what stands on the queue and is no trial. */
const MOST_SAID = 100;
const HANDED_BACK: EndRequest = { status: 'KILLED', reason: 'its worker was told to end' };
const LEASE_LOST: EndRequest = { status: 'KILLED', reason: 'its worker was away for too long, and another has it' };

/** Takes trials from a queue in Redis, as many at once as it may, and answers each with its outcome and its run's files. */
export class RedisConsumer {
  readonly #address: QueueAddress;
  readonly #options: RedisConsumerOptions;
  readonly #redis: Redis;
  readonly #ends: Redis;
  readonly #worker: Worker<string, string>;
  /** Of the trials under way. */
  readonly #running = new Map<string, AbortController>();
  /** Of entries that can't be read, which come again and again. */
  readonly #said = new Set<string>();
  #closing = false;

  private constructor(address: QueueAddress, options: RedisConsumerOptions, redis: Redis) {
    this.#address = address;
    this.#options = options;
    this.#redis = redis;
    this.#ends = redis.duplicate();
    const lease = options.leaseSeconds * 1000;
    this.#worker = new Worker<string, string>(address.queue, (job, token) => this.#take(job, token), {
      ...queueOptions(address),
      concurrency: options.concurrency,
      lockDuration: lease,
      stalledInterval: lease / 2,
      maxStalledCount: MOST_LOSSES,
    });
    const link = new LinkWatch('the queue', options.onMessage);
    redis.on('error', link.broke).on('ready', link.mended);
    this.#worker
      .on('error', (error) => {
        // What can't be read is never handed out here, and is given up by the queue after some tries.
        if (error instanceof SyntaxError)
          this.#sayOnce(`an entry of the queue can't be read: ${error.message}; it is dropped`);
      })
      .on('lockRenewalFailed', (trials) => {
        for (const trial of trials) this.#running.get(trial)?.abort(LEASE_LOST);
      });
    this.#ends.on('error', () => undefined);
    this.#ends.on('message', (_, trial) => void this.#heedEnd(trial));
    // What was told while the connection was broken stands in the trials' keys.
    this.#ends.on('ready', () => {
      for (const trial of this.#running.keys()) void this.#heedEnd(trial);
    });
  }

  /** @throws UserError `queue-unreachable` */
  static async start(address: QueueAddress, options: RedisConsumerOptions): Promise<RedisConsumer> {
    const worker = new RedisConsumer(address, options, await connect(address));
    await worker.#ends.subscribe(endChannel(address));
    await worker.#worker.waitUntilReady();
    return worker;
  }

  /** Takes no more trials; gives those under way back to the queue, with a checkpoint for whoever takes them next. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const controller of this.#running.values()) controller.abort(HANDED_BACK);
    await this.#worker.close();
    this.#ends.disconnect();
    this.#redis.disconnect();
  }

  /** @returns a `TrialAnswer` @throws what another worker may do better, its message a `PlainError` */
  async #take(job: QueuedJob<string, string>, token: string | undefined): Promise<string> {
    const trial = job.id ?? '';
    const controller = new AbortController();
    this.#running.set(trial, controller);
    try {
      if (this.#closing) controller.abort(HANDED_BACK);
      await this.#heedEnd(trial);
      const message = this.#readMessage(job.data);
      const outcome = await this.#train(message, job, controller.signal);
      const { reason } = controller.signal as { reason: unknown };
      if (reason === LEASE_LOST) throw new Error(encode({ message: LEASE_LOST.reason }));
      if (reason !== HANDED_BACK || !wasKilled(outcome)) return encode(await this.#answer(message, outcome, trial));
      await this.#handBack(message, outcome, job);
      await job.moveToWait(token);
      throw new WaitingError();
    } finally {
      this.#running.delete(trial);
    }
  }

  async #train(message: TrialMessage, job: QueuedJob<string, string>, signal: AbortSignal): Promise<RunOutcome> {
    const { perform, onMessage } = this.#options;
    const keys = trialKeys(this.#address, job.id ?? '');
    const name = trialName(message);
    onMessage(`${name}: begun`);
    const events = new EventWriter(this.#redis, keys.events);
    const outcome = await perform(await this.#withRun(message, keys), {
      signal,
      wasBegun: job.attemptsStarted > 1 || job.stalledCounter > 0,
      onProgress: (progress) => {
        events.write(progress);
        if (progress.type === 'created' && !message.sweep) this.#noteTrial(progress.id, job);
      },
    });
    await events.flush();
    if (outcome.type === 'failed') {
      onMessage(`${name}: not done, try ${job.attemptsMade + 1} of ${ATTEMPTS}: ${explainPlain(outcome.error)}`);
      throw new Error(encode(outcome.error));
    }
    onMessage(`${name}: ${outcome.type === 'done' ? outcome.answer.status : outcome.type}`);
    return outcome;
  }

  /** A run of its own is known by its id to whoever comes back for it. */
  #noteTrial(run: string, { id = '' }: QueuedJob): void {
    this.#redis.set(trialOfRunKey(this.#address, run), id, 'EX', KEPT_SECONDS).catch(() => undefined);
  }

  #readMessage(data: string): TrialMessage {
    try {
      return readMessage(data);
    } catch (error) {
      this.#sayOnce(`an entry of the queue is no trial: ${messageOf(error)}; it is dropped`);
      throw new Error(encode(sentErrorOf(error)), { cause: error });
    }
  }

  #sayOnce(message: string): void {
    if (this.#said.has(message) || this.#said.size >= MOST_SAID) return;
    this.#said.add(message);
    this.#options.onMessage(message);
  }

  #shares({ storage }: TrialMessage): boolean {
    return storage === storageId(this.#options.runsDirectory);
  }

  /** Fetches the run that is to be resumed, if it isn't here; where none is to be had, the trial begins anew. */
  async #withRun(message: TrialMessage, keys: TrialKeys): Promise<TrialMessage> {
    const { runsDirectory } = this.#options;
    if (message.resume === undefined || this.#shares(message)) return message;
    await this.#receiveBegun(message, message.resume, keys);
    const isHere = existsSync(runDirectory(runsDirectory, message.resume).journal);
    return { ...message, resume: isHere ? message.resume : undefined };
  }

  async #receiveBegun(message: TrialMessage, run: string, keys: TrialKeys): Promise<void> {
    const { runsDirectory, onMessage } = this.#options;
    try {
      await receiveBegunRun(this.#redis, keys, runsDirectory, { run, trial: identityOf(message) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      onMessage(`${messageOf(error)}; it is dropped`);
    }
  }

  async #answer(message: TrialMessage, outcome: RunOutcome, trial: string): Promise<TrialAnswer> {
    if (outcome.type !== 'done' || this.#shares(message)) return { outcome };
    const run = runDirectory(this.#options.runsDirectory, outcome.answer.id);
    const logged = !isResumable(outcome.answer.status) ? await this.#log(message, run) : undefined;
    const archive = logged ? undefined : await this.#send(trial, run);
    rmSync(run.path, { recursive: true, force: true });
    return { outcome, archive, logged };
  }

  async #send(trial: string, run: RunDirectory): Promise<TrialAnswer['archive']> {
    const key = `${trialKeys(this.#address, trial).archive}:${randomBytes(8).toString('hex')}`;
    return { ...(await sendRun(this.#redis, key, run)), key };
  }

  /** Leaves a run's files with MLflow. @returns undefined where its sender doesn't look for them, or MLflow takes them not */
  async #log({ mlflow: wanted }: TrialMessage, run: RunDirectory): Promise<LoggedRun | undefined> {
    const { mlflow, onMessage } = this.#options;
    if (!mlflow || mlflow.uri !== wanted) return undefined;
    try {
      return await logRun(run, mlflow);
    } catch (error) {
      onMessage(`${run.id} goes home through Redis: ${explanationOf(error)}`);
      return undefined;
    }
  }

  /** Leaves a run with its checkpoint for the next worker. */
  async #handBack(message: TrialMessage, outcome: Done, job: QueuedJob<string, string>): Promise<void> {
    const run = runDirectory(this.#options.runsDirectory, outcome.answer.id);
    if (!this.#shares(message)) {
      await sendBegunRun(this.#redis, trialKeys(this.#address, job.id ?? ''), run);
      rmSync(run.path, { recursive: true, force: true });
    }
    await job.updateData(encode({ ...message, resume: run.id }));
  }

  /** Ends a trial that is under way here, if its coordinator wants that. */
  async #heedEnd(trial: string): Promise<void> {
    const controller = this.#running.get(trial);
    if (!controller) return;
    const wish = await this.#redis.get(trialKeys(this.#address, trial).end).catch(() => null);
    const request = wish === null ? undefined : readOrDrop(readEndRequest, wish, this.#options.onMessage);
    if (request) controller.abort(request);
  }
}
