// Runs tfjs-core's op specs on our eager backend, in a process of its own: `suite.js RESULT-FILE [FILTER]`.
import { writeFileSync, writeSync } from 'node:fs';
import jasmineRequire, { type Environment, type Expectation } from 'jasmine-core';
import { BACKEND_NAME, startNativeBackend } from '../../src/tensorflow/backend.js';
import { ensureTensorFlow } from '../../src/tensorflow/library/install.js';
import { exclusions } from './exclusions.js';
import { type SpecResult, judge } from './verdict.js';

const STANDARD_ERROR = 2;

/** jasmine's names for specs, without what is the same in all. */
const shortName = (fullName: string): string => fullName.replace(' test-tensorflow {}', '').replace(/ +/g, ' ');

const [resultFile, filter = ''] = process.argv.slice(2);
// Before any spec is loaded: they find `describe`, `it` and the like as globals.
const jasmine = jasmineRequire.boot();
// The machine may be busy with other tests; a spec that hangs ends all the same.
jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
const { version } = await startNativeBackend(await ensureTensorFlow(), { intraOpThreads: 1, interOpThreads: 1 });
await loadSpecs();
const results = await runSpecs(jasmine.getEnv());
writeFileSync(
  resultFile,
  JSON.stringify({ tensorflow: version, ...judge(results, exclusions, filter === '') }, null, 2),
);

async function loadSpecs(): Promise<void> {
  const { setTestEnvs } = await import('@tensorflow/tfjs-core/dist/jasmine_util.js');
  setTestEnvs([{ name: 'test-tensorflow', backendName: BACKEND_NAME, flags: {}, isDataSync: true }]);
  await import('@tensorflow/tfjs-core/dist/tests.js');
}

async function runSpecs(environment: Environment): Promise<SpecResult[]> {
  const results: SpecResult[] = [];
  const recordAround = (name: string, failures: Expectation[]): void => {
    if (failures.length > 0) results.push({ name, status: 'failed', messages: failures.map(({ message }) => message) });
  };
  environment.configure({ random: false, specFilter: (spec) => shortName(spec.getFullName()).includes(filter) });
  environment.addReporter({
    // Should TensorFlow end the process, this is the last word in the log.
    specStarted: ({ fullName }) => writeSync(STANDARD_ERROR, `spec: ${shortName(fullName)}\n`),
    specDone: ({ fullName, status, failedExpectations }) => {
      const messages = failedExpectations.map(({ message }) => message);
      if (status !== 'excluded') results.push({ name: shortName(fullName), status, messages });
    },
    suiteDone: ({ fullName, failedExpectations }) => {
      recordAround(`around ${shortName(fullName)}`, failedExpectations);
    },
    jasmineDone: ({ failedExpectations }) => {
      recordAround('around the suite', failedExpectations);
    },
  });
  await environment.execute();
  return results;
}
