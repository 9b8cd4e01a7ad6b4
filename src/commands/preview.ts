import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { LoadedExperiment } from '../config/load.js';
import { UserError } from '../text/errors.js';
import type { Preview } from '../protocol/job.js';
import { type EngineOptions, addEngineOptions } from '../launch/options/engine.js';
import { wholeNumber } from '../launch/options/parsers.js';
import { ablate } from '../system/shell.js';

interface Options extends EngineOptions {
  output: string;
  count: number;
  seed?: string;
  json?: true;
}

/** More are too small to see in one picture. */
const MAX_COUNT = 32;

/** Adds `ablate preview` to the program. */
export function registerPreview(program: Command): void {
  const command = program
    .command('preview')
    .description('draw training images, or spectrograms, before and after augmentation')
    .argument('<file>', 'an experiment file')
    .argument('[override...]', 'augmentation.rotation.factor=0.1')
    .option('--output <file>', 'the PNG file to write', 'preview.png')
    .option('--count <n>', `how many images, at most ${MAX_COUNT}`, wholeNumber(1, MAX_COUNT), 8)
    .option('--seed <n>', "in place of the experiment's training.seed")
    .option('--json', "print the picture's path and measures as JSON")
    .action(preview);
  addEngineOptions(command);
}

async function preview(file: string, overrides: string[], options: Options): Promise<void> {
  const columns = options.count;
  const seed = options.seed === undefined ? [] : [`training.seed=${options.seed}`];
  const { loadAll } = await import('../launch/experiment-arguments.js');
  const [experiment] = await loadAll({ files: [file], overrides: [...overrides, ...seed] });
  requireAugmentation(experiment);
  const images = await augmented(experiment, columns, options);
  const { writePreview } = await import('../display/preview-picture.js');
  const path = resolve(options.output);
  const { width, height } = await writePreview(images, titleOf(experiment), path);
  const { columns: shown, rows } = images;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ path, width, height, images: shown, steps: rows - 1 }, null, 2)}\n`);
    return;
  }
  process.stderr.write(
    `Above ${shown} training ${whatIsShown(experiment)} as they are, below as ${rows - 1} training steps would see them\n`,
  );
  process.stdout.write(`${options.output}\n`);
}

function whatIsShown({ config: { dataset } }: LoadedExperiment): string {
  if (dataset.name !== 'table') return 'images';
  const inputs = Object.entries(dataset.inputs);
  if (inputs.length === 1 && inputs[0][1].type === 'audio') return 'recordings';
  const images = inputs.filter(([, { type }]) => type === 'image');
  return images.length > 1 ? `images of the column ${images[0][0]}` : 'images';
}

/** `rotation(factor=0.04, probability=1) · mixup(alpha=0.2)`: with every value, as a line may be broken but not cut. */
function titleOf({ config }: LoadedExperiment): string {
  const operations = Object.entries(config.augmentation) as [string, Record<string, unknown> | number | null][];
  const valuesOf = (operation: Record<string, unknown>): string =>
    Object.entries(operation)
      .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', ');
  return operations
    .flatMap(([name, operation]) => {
      if (typeof operation === 'number') return [`${name}=${operation}`];
      return operation ? [`${name}(${valuesOf(operation)})`] : [];
    })
    .join(' · ');
}

function requireAugmentation({ config, file }: LoadedExperiment): void {
  if (Object.values(config.augmentation).some((operation) => operation !== null)) return;
  throw new UserError(`${file} has no augmentation: everything would be shown as it is`, {
    code: 'no-augmentation',
    hint: `for example: ${ablate('preview', file, 'augmentation.rotation={factor: 0.1}')}`,
    exitCode: 2,
  });
}

async function augmented({ config, file }: LoadedExperiment, columns: number, options: Options): Promise<Preview> {
  const { chooseEngine } = await import('../launch/terminal/engine.js');
  const engine = await chooseEngine(options);
  const { WorkerProcess } = await import('../scheduling/worker-process.js');
  const { answerOf } = await import('../scheduling/failure.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const status = showStatusLine(process.stderr);
  const worker = new WorkerProcess(engine);
  try {
    status.update('Starting TensorFlow');
    const experiment = { config, source: resolve(file) };
    return answerOf(await worker.do({ type: 'preview', experiment, columns }, status));
  } finally {
    worker.close();
    status.clear();
  }
}
