import { plainErrorOf } from './text/errors.js';
import type { Answers, Task, WorkerReply, WorkerRequest } from './protocol/job.js';
import type { RunHooks } from './run/experiment.js';
import type { Runtime } from './tensorflow/runtime.js';
import { startRuntime } from './tensorflow/start.js';

/**
 * A worker process: takes tasks from its parent one after another, and stays warm between them: TensorFlow is loaded and
 * started once. It ends when its parent does, or lets go of it.
 */
function main(): void {
  let runtime: Promise<Runtime> | undefined;
  let ending = new AbortController();
  // A terminal's Ctrl-C reaches every process in the foreground; what it means is for the parent to say.
  process.on('SIGINT', () => undefined);
  // So does the SIGTERM of a workload manager that takes a job's place away.
  process.on('SIGTERM', () => undefined);
  // And the SIGHUP of a terminal that closes.
  process.on('SIGHUP', () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', (request: WorkerRequest) => {
    if (request.type === 'end') {
      ending.abort(request.request);
      return;
    }
    ending = new AbortController();
    const start = (): Promise<Runtime> => (runtime ??= startRuntime(request.engine));
    void work(request.task, start, ending.signal).then(reply);
  });
}

async function work(task: Task, start: () => Promise<Runtime>, signal: AbortSignal): Promise<WorkerReply> {
  try {
    const onProgress: RunHooks['onProgress'] = (progress) => {
      reply({ type: 'progress', progress });
    };
    return { type: 'done', answer: await perform(task, start, { onProgress, signal }) };
  } catch (error) {
    return { type: 'failed', error: plainErrorOf(error) };
  }
}

async function perform(task: Task, start: () => Promise<Runtime>, hooks: RunHooks): Promise<Answers[keyof Answers]> {
  switch (task.type) {
    case 'run':
      return (await import('./run/experiment.js')).runExperiment(task.job, start, hooks);
    case 'calibrate':
      return (await import('./run/calibration.js')).calibrate(task.experiment, start, hooks);
    case 'preview':
      return (await import('./run/preview.js')).previewAugmentation(task, start, hooks);
    case 'load':
    case 'predict':
    case 'test':
    case 'reference':
    case 'load-rows':
    case 'reference-rows':
    case 'predict-rows':
    case 'test-rows':
    case 'importance':
      return (await import('./inference/perform.js')).performInference(task, start, hooks);
    case 'explain-sound':
      return (await import('./explanation/explain-sound.js')).explainSound(task, start, hooks.onProgress);
    case 'explain':
      return (await import('./explanation/explain.js')).explain(task, start, hooks.onProgress);
  }
}

function reply(message: WorkerReply): void {
  process.send?.(message);
}

main();
