import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadExperiment, loadExperimentObject } from '../../src/config/load.js';
import { expand, experimentSchema } from '../../src/config/schema/schema.js';

const columns = { x: 'number', kind: { type: 'category' } };
const experiment = (dataset: object) => ({
  name: 'x',
  dataset: { name: 'table', path: 'x.csv', target: 'y', ...dataset },
  model: { layers: [{ type: 'dense' }] },
});
const load = (dataset: object, overrides: string[] = []) =>
  loadExperimentObject(experiment(dataset), { directory: '/', overrides }).config.dataset;

describe('the type of a column alone', () => {
  it('is short for a mapping with nothing else', () => {
    const long = { x: { type: 'number' }, kind: { type: 'category' } };
    expect(load({ inputs: columns })).toEqual(load({ inputs: long }));
    expect(load({ inputs: columns, target: { y: 'number' } })).toEqual(
      load({ inputs: long, target: { y: { type: 'number' } } }),
    );
  });

  it('takes further keys by an override', () => {
    const changed = load({ inputs: columns }, ['dataset.inputs.x.missing=mean']);
    expect(changed).toEqual(load({ inputs: { ...columns, x: { type: 'number', missing: 'mean' } } }));
  });

  it('takes further keys from a file that extends its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ablate-test-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    writeFileSync(join(folder, 'base.yaml'), JSON.stringify(experiment({ inputs: columns, path: '/x.csv' })));
    const over = { extends: 'base.yaml', dataset: { inputs: { x: { missing: 'mean' } } } };
    writeFileSync(join(folder, 'over.yaml'), JSON.stringify(over));
    expect(loadExperiment(join(folder, 'over.yaml')).config.dataset).toEqual(
      load({ inputs: { ...columns, x: { type: 'number', missing: 'mean' } } }),
    );
  });

  it.each(['inputs', 'target'])('may be any of %s that needs no further key', (key) => {
    const { properties = {} } = experimentSchema().definitions?.table ?? {};
    const section = key === 'target' ? expand(properties[key].then ?? {}) : expand(properties[key]);
    const { then = {}, else: short = {} } = section.additionalProperties as typeof section;
    const whole = (expand(then).oneOf ?? []).map(expand).filter(({ required = [] }) => required.length === 1);
    const types = whole.map(({ properties: own }) => own?.type.const);
    expect(short.enum).toEqual(types);
  });

  it('is not enough where its type needs another key', () => {
    expect(() => load({ inputs: { x: 'image' } })).toThrow(
      /image needs image_size\n.*\n.*\n.*\{ type: image, image_size: … \}/,
    );
  });

  it('must be one that is known', () => {
    expect(() => load({ inputs: { x: 'numbr' } })).toThrow(/numbr/);
  });
});
