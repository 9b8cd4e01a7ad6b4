import type { Command } from 'commander';
import { UserError } from '../text/errors.js';

interface Options {
  gpu?: true;
  cpu?: true;
  force?: true;
  json?: true;
}

/** Adds `ablate install` to the program. */
export function registerInstall(program: Command): void {
  program
    .command('install')
    .description('install native TensorFlow into a per-user cache')
    .option('--gpu', 'the build for NVIDIA GPUs, whether or not one is found')
    .option('--cpu', 'the build for the CPU, even where a GPU is found')
    .option('--force', 'install anew what is there already')
    .option('--json', 'print the result as JSON')
    .action(install);
}

async function install({ gpu, cpu, force, json }: Options): Promise<void> {
  if (gpu && cpu) {
    throw new UserError('--gpu and --cpu exclude each other', { code: 'conflicting-options', exitCode: 2 });
  }
  const { installTensorFlow } = await import('../tensorflow/library/install.js');
  const { showInstallProgress } = await import('../display/install-progress.js');
  const device = gpu ? 'gpu' : cpu && 'cpu';
  const { onProgress, clear } = showInstallProgress(process.stderr);
  const { abortOnInterrupt } = await import('../launch/signals/interrupts.js');
  const { signal, stop } = abortOnInterrupt();
  const library = await installTensorFlow({ device, force, signal, onProgress }).finally(() => {
    clear();
    stop();
  });
  const target = library.gpu ? 'NVIDIA GPUs' : 'the CPU';
  const text = `TensorFlow ${library.version} for ${target} is in ${library.directory}`;
  process.stdout.write(`${json ? JSON.stringify(library, null, 2) : text}\n`);
  if (process.env.ABLATE_TENSORFLOW) {
    process.stderr.write('It is not the one that is used as long as ABLATE_TENSORFLOW is set.\n');
  }
}
