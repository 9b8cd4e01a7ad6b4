import { Queue } from 'bullmq';
import type { QueueAddress } from './address.js';
import { connect } from './connection.js';
import { queueOptions } from './queue.js';

/** What a queue holds. */
export interface QueueStatus {
  /** Whether workers are to take nothing for now. */
  paused: boolean;
  workers: number;
  waiting: number;
  /** Wait for another try, after a worker's trouble. */
  delayed: number;
  running: number;
  /** Over, and not yet fetched by their coordinator. */
  ended: number;
}

/** What is asked of a queue. */
export type QueueAction = 'status' | 'pause' | 'resume';

/**
 * Pauses a queue (what runs continues, nothing more begins), lets it continue, or only looks.
 * @throws UserError `queue-unreachable`
 */
export async function controlQueue(address: QueueAddress, action: QueueAction): Promise<QueueStatus> {
  // Only to say what is wrong, soon and in words.
  (await connect(address)).disconnect();
  const queue = new Queue(address.queue, queueOptions(address));
  try {
    if (action === 'pause') await queue.pause();
    if (action === 'resume') await queue.resume();
    const counts = await queue.getJobCounts('wait', 'prioritized', 'delayed', 'active', 'completed', 'failed');
    return {
      paused: await queue.isPaused(),
      workers: await queue.getWorkersCount(),
      waiting: counts.wait + counts.prioritized,
      delayed: counts.delayed,
      running: counts.active,
      ended: counts.completed + counts.failed,
    };
  } finally {
    await queue.close();
  }
}
