import { execFile } from 'node:child_process';
import { cpus, freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';

/** Name → value, as MLflow names its system metrics, without their prefix `system/`. */
export type SystemMetrics = Record<string, number>;

const INTERVAL_SECONDS = 5;
const SMI_SECONDS = 10;
const GPU_QUERY = ['utilization.gpu', 'memory.used', 'memory.total', 'power.draw'];

/**
 * Measures the machine every few seconds during a run, between the steps of its training: processors and memory of
 * the whole machine, and its GPUs where `nvidia-smi` tells of them. MLflow's own variable
 * `MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL` sets the seconds.
 */
export class SystemMonitor {
  readonly #onSample: (metrics: SystemMetrics) => void;
  readonly #timer: NodeJS.Timeout;
  #processors = processorTimes();
  /** Of the last time that it was asked; asking takes longer than anything here may. */
  #gpus: SystemMetrics = {};
  #asking = false;

  constructor(onSample: (metrics: SystemMetrics) => void, environment: NodeJS.ProcessEnv) {
    const seconds = Number(environment.MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL);
    this.#onSample = onSample;
    this.#timer = setInterval(
      () => {
        this.#sample();
      },
      1000 * (seconds > 0 ? seconds : INTERVAL_SECONDS),
    );
    // It keeps no process from ending.
    this.#timer.unref();
    this.#askGpus();
  }

  /** Measures once more, so that the shortest run has a sample, and ends. */
  stop(): void {
    clearInterval(this.#timer);
    this.#sample();
  }

  #sample(): void {
    const before = this.#processors;
    this.#processors = processorTimes();
    const total = this.#processors.total - before.total;
    // Two samples within a tick of the clock tell nothing of the processors.
    const metrics: SystemMetrics = { ...memoryMetrics(), ...this.#gpus };
    if (total > 0) metrics.cpu_utilization_percentage = (100 * (this.#processors.busy - before.busy)) / total;
    this.#onSample(metrics);
    this.#askGpus();
  }

  #askGpus(): void {
    if (this.#asking) return;
    this.#asking = true;
    void gpuMetrics().then((metrics) => {
      this.#gpus = metrics ?? {};
      // Where there is none now there will be none later.
      this.#asking = metrics === undefined;
    });
  }
}

/** What `nvidia-smi --format=csv,noheader,nounits` says of each GPU; a `[N/A]` is left out. */
export function parseGpuMetrics(output: string): SystemMetrics {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const metrics = lines.flatMap((line, index) => {
    const [utilization, used, total, power] = line.split(',').map((cell) => Number.parseFloat(cell));
    return Object.entries({
      [`gpu_${index}_utilization_percentage`]: utilization,
      [`gpu_${index}_memory_usage_megabytes`]: used,
      [`gpu_${index}_memory_usage_percentage`]: (100 * used) / total,
      [`gpu_${index}_power_usage_watts`]: power,
    });
  });
  return Object.fromEntries(metrics.filter(([, value]) => Number.isFinite(value)));
}

async function gpuMetrics(): Promise<SystemMetrics | undefined> {
  const query = [`--query-gpu=${GPU_QUERY.join(',')}`, '--format=csv,noheader,nounits'];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 1000 * SMI_SECONDS });
    return parseGpuMetrics(stdout);
  } catch {
    return undefined;
  }
}

function memoryMetrics(): SystemMetrics {
  const used = totalmem() - freemem();
  return {
    system_memory_usage_megabytes: used / 1e6,
    system_memory_usage_percentage: (100 * used) / totalmem(),
  };
}

/** Milliseconds of all processors since the machine was started. */
function processorTimes(): { busy: number; total: number } {
  const times = cpus().map((cpu) => cpu.times);
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { total, busy: total - times.reduce((sum, { idle }) => sum + idle, 0) };
}
