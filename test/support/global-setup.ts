import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packMnist } from '../../scripts/mnist.js';
import { stopSharedServer } from './mlflow-server.js';
import { writeSmallMnist } from './small-mnist.js';

/**
 * Gives the test processes one folder in common (`ABLATE_TEST_SESSION`), where the first that needs an MLflow server
 * leaves its address for the others, and ends that server after the last test. It ends too when this process does. The
 * seed of the random tests is drawn here, unless `ABLATE_TEST_SEED` sets it, and printed. MNIST is put where the compiled
 * program has it, and a small part of it where most tests train on it.
 */
export default function setup(): () => Promise<void> {
  const session = mkdtempSync(join(tmpdir(), 'ablate-tests-'));
  process.env.ABLATE_TEST_SESSION = session;
  process.env.ABLATE_TEST_RUNNER = String(process.pid);
  process.env.ABLATE_TEST_SEED ??= String(randomInt(2 ** 31));
  process.stderr.write(`seed of the random tests: ABLATE_TEST_SEED=${process.env.ABLATE_TEST_SEED}\n`);
  packMnist(fileURLToPath(new URL('../../dist/mnist', import.meta.url)));
  writeSmallMnist(session);
  return async () => {
    await stopSharedServer(session);
    rmSync(session, { recursive: true, force: true });
  };
}
