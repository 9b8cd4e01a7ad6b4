import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Check } from '../../src/launch/doctor-checks.js';
import { libraryFileNames } from '../../src/tensorflow/library/layout.js';
import { ensureTensorFlow } from '../../src/tensorflow/library/install.js';

interface Report {
  ok: boolean;
  checks: Check[];
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ablate-doctor-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Runs `ablate doctor` in an environment that has nothing but what is given. */
function doctor(env: NodeJS.ProcessEnv, ...options: string[]): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, ['bin/ablate.js', 'doctor', ...options], { env, encoding: 'utf8' });
}

function find({ checks }: Report, name: string): Check {
  const check = checks.find((candidate) => candidate.name === name);
  if (!check) throw new Error(`no check named ${name}`);
  return check;
}

describe('ablate doctor', () => {
  it('finds what is there, and loads TensorFlow to be sure', async () => {
    const { directory, version } = await ensureTensorFlow();
    const { status, stdout } = doctor({ ...process.env, ABLATE_TENSORFLOW: directory }, '--json');
    const report = JSON.parse(stdout) as Report;
    expect(find(report, 'TensorFlow').detail).toContain(`${version} (explicit: ${directory})`);
    expect(report.ok).toBe(true);
    expect(status).toBe(0);
    expect(find(report, 'Node')).toEqual({ name: 'Node', status: 'ok', detail: process.versions.node });
    expect(report.checks.every(({ status: result }) => ['ok', 'warn'].includes(result))).toBe(true);
  });

  it('on a bare machine says what is missing, what was tried and what mends it', () => {
    const root = temporaryDirectory();
    const env = { PATH: root, ABLATE_CACHE: join(root, 'cache') };
    const { status, stdout } = doctor(env, '--json');
    const report = JSON.parse(stdout) as Report;
    expect(status).toBe(1);
    expect(find(report, 'Python')).toMatchObject({ status: 'warn', repair: expect.any(String) as string });
    expect(find(report, 'TensorFlow')).toMatchObject({ status: 'fail', detail: 'not found', repair: 'ablate install' });
    expect(find(report, 'TensorFlow').tried?.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['explicit path', 'cache', 'Python']),
    );
    expect(doctor(env).stdout).toMatch(
      /^fail TensorFlow +not found$[^]*cache \(.*\): nothing installed$[^]*→ ablate install$/m,
    );
  });

  it('survives a library that can’t be loaded, and an MLflow server that does not answer', () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'tensorflow'));
    for (const file of libraryFileNames()) writeFileSync(join(root, 'tensorflow', file), 'not a library');
    const { status, stdout } = doctor(
      { PATH: root, ABLATE_CACHE: root, ABLATE_TENSORFLOW: root, MLFLOW_TRACKING_URI: 'http://me:secret@127.0.0.1:9' },
      '--json',
    );
    const report = JSON.parse(stdout) as Report;
    expect(status).toBe(1);
    expect(find(report, 'TensorFlow')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining("can't be loaded") as string,
      repair: 'unset ABLATE_TENSORFLOW, then ablate install --force',
    });
    expect(find(report, 'MLflow')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('http://127.0.0.1:9 ') as string,
    });
    expect(stdout).not.toContain('secret');
  });
});
