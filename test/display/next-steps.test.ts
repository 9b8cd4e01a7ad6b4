import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nextSteps } from '../../src/display/next-steps.js';
import type { RunDirectory } from '../../src/tracking/run-store.js';
import { emptyRun } from '../support/runs.js';

const layers = [
  { name: 'a', class_name: 'Dense', config: { batch_input_shape: [null, 8, 6, 1], activation: 'softmax' } },
];
const dataset = { name: 'any', digest: 'd' };
const ofImages = { classes: ['cat'], normalization: { mean: [1], standardDeviation: [4] }, dataset };
const ofRows = {
  inputs: [
    {
      column: { name: 'area', type: 'number', shape: [1], missing: 'error', normalization: 'standardize' },
      preparation: { fill: 0, isLog: false, hasIndicator: false, mean: 5, standardDeviation: 2 },
    },
  ],
  target: { column: { name: 'price', type: 'number', classes: [] }, scale: { mean: 5, standardDeviation: 2 } },
  dataset,
};

/** The commands that a run with such a model is told to be good for. */
function stepsOf(run: RunDirectory, userDefinedMetadata?: object): string[] {
  if (userDefinedMetadata) {
    mkdirSync(run.model, { recursive: true });
    const model = { modelTopology: { config: { layers } }, userDefinedMetadata };
    writeFileSync(join(run.model, 'model.json'), JSON.stringify(model));
  }
  const lines = stripVTControlCharacters(nextSteps(run)).trim().split('\n');
  return lines.map((line) => line.trim().split(/ {2,}/)[0].replaceAll(run.id, 'ID'));
}

describe('what a run is good for', () => {
  it('of images: pictures, and a page', () => {
    const steps = ['ablate show ID', 'ablate evaluate ID', 'ablate explain ID IMAGE', 'ablate serve ID'];
    expect(stepsOf(emptyRun(), ofImages)).toEqual(steps);
  });

  it('of rows: columns, and other tables', () => {
    const steps = ['ablate show ID', 'ablate evaluate ID', 'ablate explain ID', 'ablate predict ID FILE.csv'];
    expect(stepsOf(emptyRun(), ofRows)).toEqual(steps);
  });

  it('is said of a run whose model is gone, too', () => {
    expect(stepsOf(emptyRun())).toHaveLength(4);
  });
});
