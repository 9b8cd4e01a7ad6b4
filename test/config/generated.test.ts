import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generate } from '../../scripts/generate.js';
import { ANNOTATIONS, experimentSchema, type Schema } from '../../src/config/schema/schema.js';

const root = new URL('../../', import.meta.url);

it('what is generated from the schema is fresh', async () => {
  for (const [file, text] of Object.entries(await generate())) {
    const stored = readFileSync(new URL(file, root), 'utf8');
    expect(stored === text, `${file} is stale: run \`npm run generate\``).toBe(true);
  }
});

it('the schema is a valid one, and nothing in it is ignored', () => {
  const ajv = new Ajv({ strict: true, strictRequired: false, discriminator: true, allowUnionTypes: true });
  for (const annotation of ANNOTATIONS) ajv.addKeyword(annotation);
  expect(ajv.validateSchema(experimentSchema())).toBe(true);
  expect(() => ajv.compile(experimentSchema())).not.toThrow();
});

/** Every key of every mapping, with the place where it is defined. */
function keys(schema: Schema, place: string): { place: string; key: string; property: Schema; around: Schema }[] {
  const branches = [schema.then, schema.else, schema.items, ...(schema.oneOf ?? [])].filter(
    (branch) => branch !== undefined,
  );
  const here = Object.entries(schema.properties ?? {}).map(([key, property]) => ({
    place,
    key,
    property,
    around: schema,
  }));
  const inner = [...branches, ...Object.values(schema.properties ?? {})].flatMap((branch) => keys(branch, place));
  const definitions = Object.entries(schema.definitions ?? {}).flatMap(([name, definition]) => keys(definition, name));
  return [...here, ...inner, ...definitions];
}

it('every key is described, and every mapping is closed', () => {
  const all = keys(experimentSchema(), 'top');
  expect(all.length).toBeGreaterThan(200);
  for (const { place, key, property, around } of all) {
    const definition = experimentSchema().definitions?.[property.$ref?.replace('#/definitions/', '') ?? ''];
    expect(property.description ?? definition?.description, `${place}.${key}`).toMatch(/\.$/);
    // Beside the name of an included variant stand dotted keys.
    expect(around.additionalProperties, place).toBe(
      place === 'sweep' && property.description?.startsWith('What the variant is called') === true,
    );
  }
});

it('every key has a default, or says what it is without one', () => {
  for (const { place, key, property, around } of keys(experimentSchema(), 'top')) {
    const definition = experimentSchema().definitions?.[property.$ref?.replace('#/definitions/', '') ?? ''];
    const whole = { ...definition, ...property };
    const isOptional = whole['x-optional'] ?? whole['x-shorthand'] ?? /Default|required/.test(whole.description ?? '');
    const hasValue = 'default' in whole || around.required?.includes(key) || whole['x-inherits'] !== undefined;
    expect(hasValue || isOptional, `${place}.${key}`).toBe(true);
  }
});

it('what is measured after each epoch may end a run early and decide a sweep', () => {
  const { definitions } = experimentSchema() as unknown as {
    definitions: Record<string, Schema & { properties: Record<string, Schema> }>;
  };
  const measured = definitions.training.properties.metrics.items?.examples as string[];
  const patterns = [definitions.monitor_key, definitions.sweep.properties.metric.properties?.name];
  for (const pattern of patterns) {
    const names = new RegExp(String(pattern?.pattern));
    const refused = measured.filter((metric) => !names.test(`val_${metric}`));
    // Neither is a number of each epoch.
    expect(refused.filter((metric) => !['confusion_matrix', 'robust_accuracy'].includes(metric))).toEqual([]);
  }
});
