import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Job as QueuedJob, Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf } from '../../text/errors.js';
import { type EndRequest, endRequestOf, type Job, type Origin } from '../../protocol/job.js';
import type { JobOptions, RunOutcome, Scheduler } from '../../scheduling/scheduler.js';
import { trialId } from '../../scheduling/trial-id.js';
import { UnderWay } from '../../scheduling/under-way.js';
import type { MlflowClient } from '../../tracking/mlflow/client.js';
import { gitCommit } from '../../tracking/run-description.js';
import { runDirectory } from '../../tracking/run-store.js';
import { readOrDrop, readPlainError } from '../arrivals.js';
import { explainPlain, isFinal, sentErrorOf, wasKilled } from '../outcomes.js';
import { storageId } from '../storage-id.js';
import { identityOf, isForeign, trialName } from '../trial-identity.js';
import { writeMessage } from '../trial-message.js';
import type { QueueAddress } from './address.js';
import { answerTo, failureOf, isRefusal } from './answers.js';
import { sendBegunRun } from './archives.js';
import { bringHome } from './bring-home.js';
import { connect } from './connection.js';
import { hear } from './hear.js';
import { LinkWatch } from './link-watch.js';
import {
  ATTEMPTS,
  endChannel,
  KEEP,
  KEPT_SECONDS,
  queueOptions,
  type TrialAnswer,
  trialKeys,
  trialOfRunKey,
} from './queue.js';
import { EventReader } from './trial-events.js';

/** How a trial's job left the queue. */
type Departure =
  { type: 'answered'; answer: string } | { type: 'failed'; reason: string } | { type: 'withdrawn' } | { type: 'lost' };

/** Events tell what becomes of a trial; what they have failed to tell is found so late. */
const RECHECK_MILLISECONDS = 10_000;
/** What one bad worker may have to say. */
const MOST_SAID = 1000;
/** BullMQ's priorities count from 1, the first to begin. */
const MIDDLE_PRIORITY = 2 ** 20;

export interface RedisSchedulerOptions {
  /** Of each worker's TensorFlow. */
  threads: number;
  /** Of trials that don't say otherwise. */
  priority?: number;
  /** Where workers that use the same server may leave the files of runs. */
  mlflow?: MlflowClient;
  /** A line for the user: of what comes between a trial and its end. */
  onMessage?: (message: string) => void;
}

/** A trial that someone waits for. */
interface Following {
  /** For people. */
  name: string;
  depart: (departure: Departure) => void;
}

/**
 * Puts trials on a queue in Redis, from which workers on any machines take them. Their results wait there for a
 * coordinator that is away; a trial that is on the queue already is followed, not put there again.
 */
export class RedisScheduler implements Scheduler {
  readonly #address: QueueAddress;
  readonly #options: RedisSchedulerOptions;
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #queueEvents: QueueEvents;
  readonly #events: EventReader;
  readonly #underWay = new UnderWay();
  readonly #following = new Map<string, Following>();
  /** What the user was told, so that a thousand trials don't say the same. */
  readonly #said = new Set<string>();
  readonly #recheck: NodeJS.Timeout;
  #closed = false;
  /** Folder of an experiment file → the commit of its repository. */
  readonly #commits = new Map<string, Promise<string | undefined>>();

  private constructor(address: QueueAddress, options: RedisSchedulerOptions, redis: Redis) {
    this.#address = address;
    this.#options = options;
    this.#redis = redis;
    const link = new LinkWatch('the queue', this.#say);
    redis.on('error', link.broke).on('ready', link.mended);
    this.#events = new EventReader(redis.duplicate(), this.#sayOnce);
    this.#queue = new Queue(address.queue, queueOptions(address));
    this.#queueEvents = new QueueEvents(address.queue, { ...queueOptions(address), autorun: false });
    // A server that is away comes back; until then there is nothing to say that its clients don't do by themselves.
    this.#queue.on('error', () => undefined);
    this.#queueEvents.on('error', () => undefined);
    this.#hear();
    void hear(this.#queueEvents, { isClosed: () => this.#closed, onTrouble: (error) => this.#afterTrouble(error) });
    this.#recheck = setInterval(() => void this.#checkAll(), RECHECK_MILLISECONDS);
  }

  /** @throws UserError `queue-unreachable` */
  static async connect(address: QueueAddress, options: RedisSchedulerOptions): Promise<RedisScheduler> {
    const scheduler = new RedisScheduler(address, options, await connect(address));
    await scheduler.#queueEvents.waitUntilReady();
    return scheduler;
  }

  readonly #say = (message: string): void => {
    this.#options.onMessage?.(message);
  };

  readonly #sayOnce = (message: string): void => {
    if (this.#said.has(message) || this.#said.size >= MOST_SAID) return;
    this.#said.add(message);
    this.#say(message);
  };

  /** Who there is to take trials. */
  async readiness(): Promise<{ workers: number; paused: boolean }> {
    return { workers: await this.#queue.getWorkersCount(), paused: await this.#queue.isPaused() };
  }

  run(job: Job, options: JobOptions): Promise<RunOutcome> {
    const id = trialId(job) ?? randomUUID();
    return this.#underWay.once(id, () => this.#followToEnd(id, job, options));
  }

  /** Trials that are on the queue stay there, and workers train them. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#recheck);
    this.#events.close();
    for (const part of [this.#queue, this.#queueEvents]) part.close().catch(() => undefined);
    this.#redis.disconnect();
  }

  #hear(): void {
    this.#queueEvents.on('completed', ({ jobId, returnvalue }: { jobId: string; returnvalue: string }) => {
      this.#following.get(jobId)?.depart({ type: 'answered', answer: returnvalue });
    });
    this.#queueEvents.on('failed', ({ jobId, failedReason }) => {
      this.#following.get(jobId)?.depart({ type: 'failed', reason: failedReason });
    });
    this.#queueEvents.on('stalled', ({ jobId }) => {
      const { name } = this.#following.get(jobId) ?? {};
      if (name !== undefined) this.#say(`${name}: its worker is lost, and another takes it`);
    });
    this.#queueEvents.on('delayed', ({ jobId }) => void this.#tellTrouble(jobId).catch(() => undefined));
  }

  async #afterTrouble(error: unknown): Promise<void> {
    if (error instanceof SyntaxError) this.#sayOnce(unreadable('an event of the queue', error));
    await this.#checkAll();
  }

  /** A worker couldn't do a trial, which waits for another. */
  async #tellTrouble(id: string): Promise<void> {
    const name = this.#following.get(id)?.name;
    const reason = name && (await QueuedJob.fromId(this.#queue, id))?.failedReason;
    if (!reason?.startsWith('{') || this.#said.has(reason)) return;
    const error = readOrDrop(readPlainError, reason, this.#sayOnce);
    if (!error || this.#said.size >= MOST_SAID) return;
    this.#said.add(reason);
    this.#say(`${name}: a worker can't do it, and others try: ${explainPlain(error)}`);
  }

  async #followToEnd(own: string, job: Job, options: JobOptions): Promise<RunOutcome> {
    try {
      const id = (await this.#earlierTrial(job)) ?? own;
      const tries = { left: ATTEMPTS };
      for (;;) {
        const outcome = await this.#followChecked(id, job, options, tries);
        if (outcome && !isLeftover(outcome, options.signal)) return outcome;
        if (outcome?.type === 'done') job = { ...job, resume: outcome.answer.id };
      }
    } catch (error) {
      return { type: 'failed', error: sentErrorOf(error) };
    }
  }

  /** What can't be an answer is dropped, and the trial begins again: as often as with a worker that can't do it. */
  async #followChecked(
    id: string,
    job: Job,
    options: JobOptions,
    tries: { left: number },
  ): Promise<RunOutcome | undefined> {
    try {
      return await this.#follow(id, job, options);
    } catch (error) {
      if (!isRefusal(error) || --tries.left === 0) throw error;
      this.#say(`${trialName(job)}: ${messageOf(error)}; it is dropped, and the trial begins again`);
      await this.#queue.remove(id);
      return undefined;
    }
  }

  /** The trial on the queue that a run of its own is, which an earlier coordinator has put there. */
  async #earlierTrial({ sweep, resume }: Job): Promise<string | undefined> {
    if (sweep || resume === undefined) return undefined;
    return (await this.#redis.get(trialOfRunKey(this.#address, resume))) ?? undefined;
  }

  async #follow(id: string, job: Job, options: JobOptions): Promise<RunOutcome | undefined> {
    const departure = new Promise<Departure>((depart) => {
      this.#following.set(id, { name: trialName(job), depart });
    });
    const end = (): void => {
      this.#requestEnd(id, endRequestOf(options.signal ?? AbortSignal.abort())).catch((error: unknown) => {
        this.#say(`${trialName(job)} can't be told to end: ${messageOf(error)}`);
      });
    };
    try {
      await this.#submit(id, job, options);
      this.#listen(id, job, options);
      options.signal?.addEventListener('abort', end, { once: true });
      if (options.signal?.aborted) end();
      return await this.#settle(id, job, await departure, options.signal);
    } finally {
      options.signal?.removeEventListener('abort', end);
      this.#following.delete(id);
    }
  }

  /** Puts a trial on the queue, unless it is there and may still be trained. */
  async #submit(id: string, job: Job, { priority = this.#options.priority ?? 0 }: JobOptions): Promise<void> {
    const known = await this.#known(id);
    if (known && known !== 'dropped') {
      if (!hasLeft(known)) return;
      if (known.returnvalue && isFinal(this.#answerOf(id, job, known.returnvalue)?.outcome)) {
        this.#notice(known);
        return;
      }
      await known.remove();
    }
    await this.#forget(id);
    const storage = storageId(job.runsDirectory);
    if (job.resume !== undefined) await this.#sendBegun(id, job);
    const { threads, mlflow } = this.#options;
    const facts = { threads, storage, mlflow: job.config.tracking === 'none' ? undefined : mlflow?.uri };
    const message = writeMessage({ ...job, origin: await this.#originOf(job) }, facts);
    await this.#queue.add('trial', message, {
      jobId: id,
      priority: MIDDLE_PRIORITY - priority,
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: KEEP,
      removeOnFail: KEEP,
    });
  }

  /** A trial as it is on the queue; what is there in its place and is none is dropped. */
  async #known(id: string): Promise<QueuedJob<string, string> | 'dropped' | undefined> {
    try {
      return await QueuedJob.fromId<string, string>(this.#queue, id);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#say(unreadable(`the queue's entry of trial ${id}`, error));
      await this.#queue.remove(id);
      return 'dropped';
    }
  }

  #answerOf(id: string, job: Job, text: unknown): TrialAnswer | undefined {
    const read = (given: unknown): TrialAnswer => answerTo(identityOf(job), trialKeys(this.#address, id), given);
    return readOrDrop(read, text, this.#sayOnce);
  }

  /** The files of a run that is resumed, for a worker that can't see them. */
  async #sendBegun(id: string, { runsDirectory, resume = '' }: Job): Promise<void> {
    const run = runDirectory(runsDirectory, resume);
    if (existsSync(run.path)) await sendBegunRun(this.#redis, trialKeys(this.#address, id), run);
  }

  #originOf({ source }: Job): Promise<Origin> {
    const folder = dirname(source);
    const commit = this.#commits.get(folder) ?? gitCommit(folder);
    this.#commits.set(folder, commit);
    return commit.then((hash) => ({ source, gitCommit: hash }));
  }

  #listen(id: string, job: Job, { onProgress }: JobOptions): void {
    this.#events.listen(trialKeys(this.#address, id).events, (progress) => {
      if (progress.type !== 'created') {
        onProgress(progress);
        return;
      }
      const run = runDirectory(job.runsDirectory, progress.id);
      if (isForeign(run, identityOf(job))) this.#sayOnce(`${run.id} isn't a run of ${trialName(job)}; it is dropped`);
      else onProgress({ ...progress, path: run.path });
    });
  }

  /** Takes a trial back that no worker has begun; else its worker is told. */
  async #requestEnd(id: string, request: EndRequest): Promise<void> {
    if (request.status === 'KILLED' && (await this.#withdraw(id))) {
      this.#following.get(id)?.depart({ type: 'withdrawn' });
      return;
    }
    const wish = JSON.stringify(request);
    await this.#redis.set(trialKeys(this.#address, id).end, wish, 'EX', KEPT_SECONDS);
    await this.#redis.publish(endChannel(this.#address), id);
  }

  async #withdraw(id: string): Promise<boolean> {
    const job = await this.#known(id);
    if (job === 'dropped') return true;
    // What a worker has, has a lock, and isn't removed.
    return (
      job !== undefined &&
      (await job.remove().then(
        () => true,
        () => false,
      ))
    );
  }

  async #checkAll(): Promise<void> {
    for (const [id, { depart }] of this.#following) {
      const job = await this.#known(id).catch(() => 'unknown' as const);
      if (job === undefined || job === 'dropped') depart({ type: 'lost' });
      else if (job !== 'unknown') this.#notice(job);
    }
  }

  /** Tells whoever waits for a trial that it is over. */
  #notice(job: QueuedJob<string, string>): void {
    if (!hasLeft(job)) return;
    const departure: Departure = job.failedReason
      ? { type: 'failed', reason: job.failedReason }
      : { type: 'answered', answer: job.returnvalue };
    this.#following.get(job.id ?? '')?.depart(departure);
  }

  /** @returns undefined when the trial has to be put on the queue again */
  async #settle(
    id: string,
    job: Job,
    departure: Departure,
    signal: AbortSignal | undefined,
  ): Promise<RunOutcome | undefined> {
    const { events } = trialKeys(this.#address, id);
    await this.#events.finish(this.#redis, events);
    if (departure.type === 'lost') return undefined;
    if (departure.type === 'withdrawn') {
      await this.#forget(id);
      return departure;
    }
    const outcome =
      departure.type === 'answered'
        ? await this.#bringHome(id, job, departure.answer, signal)
        : failureOf(departure.reason);
    await this.#forget(id);
    await this.#withdraw(id);
    if (outcome.type === 'done') await this.#redis.del(trialOfRunKey(this.#address, outcome.answer.id));
    return outcome;
  }

  async #bringHome(id: string, job: Job, answered: string, signal: AbortSignal | undefined): Promise<RunOutcome> {
    const trial = identityOf(job);
    const answer = answerTo(trial, trialKeys(this.#address, id), answered);
    const { mlflow } = this.#options;
    const { runsDirectory } = job;
    await bringHome(answer, { runsDirectory, trial, redis: this.#redis, mlflow, signal, say: this.#say });
    return answer.outcome;
  }

  async #forget(id: string): Promise<void> {
    const { events, end, resume, resumeFacts } = trialKeys(this.#address, id);
    await this.#redis.del(events, end, resume, resumeFacts);
  }
}

function unreadable(what: string, error: Error): string {
  return `${what} can't be read: ${error.message}; it is dropped`;
}

function hasLeft({ finishedOn }: QueuedJob): boolean {
  return finishedOn !== undefined;
}

/** Whether a trial was ended by someone else: by an earlier coordinator, that is. */
function isLeftover(outcome: RunOutcome, signal: AbortSignal | undefined): boolean {
  return wasKilled(outcome) && !signal?.aborted;
}
