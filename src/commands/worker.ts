import { once } from 'node:events';
import type { Command } from 'commander';
import { addEngineOptions, type EngineOptions } from '../launch/options/engine.js';
import { addQueueOption, requireQueue } from '../launch/options/place.js';
import { wholeNumber } from '../launch/options/parsers.js';
import { runsDirectoryOption } from '../launch/options/runs-directory.js';
import { BOUNDS } from '../launch/settings.js';

interface WorkerOptions extends EngineOptions {
  queue?: string;
  concurrency?: number;
  leaseSeconds: number;
  runsDir: string;
  dataRoot: string[];
}

/** Adds `ablate worker` to the program. */
export function registerWorker(program: Command): void {
  const command = program
    .command('worker')
    .description('train the trials of a queue on this machine, until it is told to end')
    .option('--concurrency <n>', 'trials side by side (default: one a GPU, or one a core)', wholeNumber(...BOUNDS.jobs))
    .addOption(runsDirectoryOption('where runs are kept; shared with the sender, or not'))
    .option('--data-root <directory...>', 'folders that trials may read data from', [])
    .option(
      '--lease-seconds <n>',
      'how long this worker may be away before another takes its trials',
      wholeNumber(1, 86_400),
      30,
    )
    .action(work);
  addQueueOption(command);
  addEngineOptions(command);
}

async function work(options: WorkerOptions): Promise<void> {
  const { parseQueueAddress } = await import('../remote/redis/address.js');
  const address = parseQueueAddress(requireQueue(options));
  const { leaseSeconds } = options;
  const { chooseEngine } = await import('../launch/terminal/engine.js');
  const { openWorkerPlace } = await import('../launch/worker-place.js');
  const { place, concurrency, close } = await openWorkerPlace(await chooseEngine(options), options);
  const { RedisConsumer } = await import('../remote/redis/redis-consumer.js');
  const { performTrial } = await import('../remote/perform-trial.js');
  const { configuredMlflow } = await import('../launch/tracking/mlflow-client.js');
  const { listenForInterrupts } = await import('../launch/signals/interrupts.js');
  const mlflow = await configuredMlflow(process.env);
  const { signal, stop } = listenForInterrupts(close);
  try {
    const worker = await RedisConsumer.start(address, {
      concurrency,
      leaseSeconds,
      runsDirectory: place.runsDirectory,
      mlflow,
      perform: (message, hooks) => performTrial(message, place, hooks),
      onMessage: say,
    });
    const logs = mlflow ? `; results to senders with MLflow at ${mlflow.uri} go there` : '';
    say(`${address.shown}: ready for ${concurrency} at once, runs in ${place.runsDirectory}${logs}`);
    if (!signal.aborted) await once(signal, 'abort');
    await worker.close();
  } finally {
    stop();
    close();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
