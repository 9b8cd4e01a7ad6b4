import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseGpuMetrics, SystemMonitor, type SystemMetrics } from '../../src/tracking/system-metrics.js';
import { temporaryFolder } from '../support/runs.js';

function monitor(seconds: string): { samples: SystemMetrics[]; monitor: SystemMonitor } {
  const samples: SystemMetrics[] = [];
  const environment = { MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL: seconds };
  const started = new SystemMonitor((metrics) => samples.push(metrics), environment);
  return { samples, monitor: started };
}

describe('the machine, during a run', () => {
  it('is measured every so often, and once more at the end, within its bounds', async () => {
    const { samples, monitor: running } = monitor('0.05');
    await expect.poll(() => samples.length).toBeGreaterThan(2);
    const before = samples.length;
    running.stop();
    expect(samples).toHaveLength(before + 1);
    for (const metrics of samples) {
      expect(metrics.system_memory_usage_megabytes).toBeGreaterThan(10);
      for (const [name, value] of Object.entries(metrics)) {
        if (name.endsWith('percentage')) expect(value).toBeLessThanOrEqual(100);
        expect(value).toBeGreaterThanOrEqual(0);
      }
    }
    expect(samples.some((metrics) => 'cpu_utilization_percentage' in metrics)).toBe(true);
  });

  it('has a sample of the shortest run', () => {
    const { samples, monitor: running } = monitor('60');
    running.stop();
    expect(samples).toHaveLength(1);
  });

  it('tells of GPUs where nvidia-smi does', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'nvidia-smi'), '#!/bin/sh\necho "35, 1000, 80000, 250.5"\n');
    chmodSync(join(folder, 'nvidia-smi'), 0o755);
    const { PATH } = process.env;
    process.env.PATH = `${folder}:${PATH}`;
    onTestFinished(() => {
      process.env.PATH = PATH;
    });
    const { samples, monitor: running } = monitor('0.05');
    await expect.poll(() => samples.at(-1)?.gpu_0_utilization_percentage).toBe(35);
    running.stop();
  });

  it.each([
    [
      '35, 1000, 80000, 250.5\n',
      {
        utilization_percentage: 35,
        memory_usage_megabytes: 1000,
        memory_usage_percentage: 1.25,
        power_usage_watts: 250.5,
      },
    ],
    ['0, 12, 24000, [N/A]\n', { utilization_percentage: 0, memory_usage_megabytes: 12, memory_usage_percentage: 0.05 }],
    ['[N/A], [N/A], [N/A], [N/A]\n', {}],
    ['', {}],
  ])('reads %j', (output, expected) => {
    const named = Object.fromEntries(Object.entries(expected).map(([name, value]) => [`gpu_0_${name}`, value]));
    expect(parseGpuMetrics(output)).toEqual(named);
  });

  it('numbers the GPUs', () => {
    expect(parseGpuMetrics('1, 2, 4, 8\n3, 2, 4, 8\n')).toMatchObject({
      gpu_0_utilization_percentage: 1,
      gpu_1_utilization_percentage: 3,
    });
  });
});
