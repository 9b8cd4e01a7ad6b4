import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** An NVIDIA GPU, as `nvidia-smi` reports it. */
export interface Gpu {
  /** `NVIDIA H100 80GB HBM3` */
  name: string;
  /** `550.54.15` */
  driverVersion: string;
  /** In mebibytes. */
  memoryMebibytes: number;
}

const TIMEOUT_MILLISECONDS = 20_000;

/** The first driver for CUDA 12, which TensorFlow 2.21 is built with (CUDA 12 Toolkit release notes). */
const OLDEST_DRIVER = 525;

/** The NVIDIA GPUs of this machine; none where `nvidia-smi` is absent or doesn't answer. */
export async function findGpus(env: NodeJS.ProcessEnv = process.env): Promise<Gpu[]> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { env, timeout: TIMEOUT_MILLISECONDS });
    return stdout.trim().split('\n').map(parseGpu);
  } catch {
    return [];
  }
}

/** Whether the GPU's driver is new enough for the TensorFlow that `installTensorFlow` installs. */
export function hasUsableDriver(gpu: Gpu): boolean {
  return Number(gpu.driverVersion.split('.')[0]) >= OLDEST_DRIVER;
}

function parseGpu(line: string): Gpu {
  const [name, driverVersion, memory] = line.split(', ');
  return { name, driverVersion, memoryMebibytes: Number(memory) };
}
