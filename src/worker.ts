import { UserError, messageOf } from './errors.js';
import type { Job, PlainError, WorkerReply, WorkerRequest } from './job.js';
import { startRuntime } from './tensorflow/start.js';
import type { RunProgress } from './run-events.js';
import type { Runtime } from './tensorflow/runtime.js';

/**
 * A worker process: takes jobs from its parent one after another, and stays warm between them: TensorFlow is loaded and
 * started once. It ends when its parent does, or lets go of it.
 */
function main(): void {
  let runtime: Promise<Runtime> | undefined;
  let interruption = new AbortController();
  // A terminal's Ctrl-C reaches every process in the foreground; what it means is for the parent to say.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', (request: WorkerRequest) => {
    if (request.type === 'interrupt') {
      interruption.abort();
      return;
    }
    interruption = new AbortController();
    const start = (): Promise<Runtime> => (runtime ??= startRuntime(request.engine));
    void work(request.job, start, interruption.signal).then(reply);
  });
}

async function work(job: Job, start: () => Promise<Runtime>, signal: AbortSignal): Promise<WorkerReply> {
  try {
    const { runExperiment } = await import('./run-experiment.js');
    const onProgress = (progress: RunProgress): void => {
      reply({ type: 'progress', progress });
    };
    return { type: 'done', summary: await runExperiment(job, start, { onProgress, signal }) };
  } catch (error) {
    return { type: 'failed', error: toPlainError(error) };
  }
}

function toPlainError(error: unknown): PlainError {
  if (error instanceof UserError) return { message: error.message, code: error.code, hint: error.hint };
  return { message: messageOf(error), stack: error instanceof Error ? error.stack : undefined };
}

function reply(message: WorkerReply): void {
  process.send?.(message);
}

main();
