import { expect, it } from 'vitest';
import { track } from '../../src/launch/tracking/run-tracking.js';
import type { Experiment } from '../../src/config/schema/experiment.generated.js';

it.each([
  ['sqlite:///runs.db', /the address of a database \(sqlite\), not the http[^\n]*\n`mlflow server --backend-store-uri/],
  ['file:///tmp/mlruns', /a folder, not the http[^\n]*\nMLflow 3 serves no plain folders/],
  [
    'tracking.lab:5000',
    /MLFLOW_TRACKING_URI is not the http[^\n]*\nperhaps MLFLOW_TRACKING_URI=http:\/\/tracking\.lab:5000 is/,
  ],
])('an MLFLOW_TRACKING_URI of %s keeps no run from training, and is told the next step', async (uri, said) => {
  const messages: string[] = [];
  const load = (): never => {
    throw new Error('there is no server to deliver to');
  };
  const listener = { say: (message: string) => messages.push(message), environment: { MLFLOW_TRACKING_URI: uri } };
  await track({ tracking: 'mlflow' } as unknown as Experiment, load, listener).finish();
  expect(messages).toEqual([expect.stringMatching(said)]);
});
