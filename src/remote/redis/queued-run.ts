import { Job as QueuedJob, Queue } from 'bullmq';
import { readMessage, type TrialMessage } from '../trial-message.js';
import type { QueueAddress } from './address.js';
import { connect } from './connection.js';
import { queueOptions, trialOfRunKey } from './queue.js';

/**
 * What was sent for a run that is none of a sweep's, and whose coordinator is gone.
 * @returns undefined when the queue knows nothing of it
 * @throws UserError `queue-unreachable`
 */
export async function findQueuedRun(address: QueueAddress, run: string): Promise<TrialMessage | undefined> {
  const redis = await connect(address);
  const queue = new Queue(address.queue, queueOptions(address));
  try {
    const trial = await redis.get(trialOfRunKey(address, run));
    const job = trial === null ? undefined : await QueuedJob.fromId<string>(queue, trial);
    return job && readMessage(job.data);
  } finally {
    await queue.close();
    redis.disconnect();
  }
}
