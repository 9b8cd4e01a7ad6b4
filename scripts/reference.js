// The reference of experiment files (docs/reference.md), from the descriptions in the schema.
import { stringify } from 'yaml';
import { describeSchema, expand, experimentSchema, formatValue, tagsOf } from './config.js';

/** @typedef {import('../src/config/schema/schema.js').Schema} Schema */

/** Sections: heading, and the definition that it describes. A union is described variant by variant. */
const sections = /** @type {const} */ ([
  ['dataset', 'dataset'],
  ['dataset.inputs', 'input_column'],
  ['dataset.target', 'target_column'],
  ['augmentation', 'augmentation'],
  ['model', 'model'],
  ['model.blocks, as a list', 'block'],
  ['model.blocks, as numbers', 'block_series'],
  ['model.layers', 'layer'],
  ['activation', 'activation_function'],
  ['kernel_initializer, bias_initializer', 'initializer_function'],
  ['kernel_regularizer', 'regularizer'],
  ['training', 'training'],
  ['training.optimizer', 'optimizer'],
  ['training.learning_rate_schedule', 'learning_rate_schedule'],
  ['sweep', 'sweep'],
  ['sweep.parameters, as values', 'sweep_values'],
  ['sweep.parameters, as one value', 'sweep_constant'],
  ['sweep.parameters, as a range', 'sweep_range'],
  ['sweep.parameters, as a normal distribution', 'sweep_normal'],
  ['sweep.early_terminate', 'early_terminate'],
  ['tracking', 'tracking_mapping'],
]);

const introduction =
  'Every key, what it may be, and what it is if it is left out. ' +
  '[experiment-file.md](experiment-file.md) explains how files are put together. ' +
  'A default `model.…` means that a layer inherits it.';

/** @returns {string} Markdown */
export function reference() {
  const { definitions = {}, ...top } = experimentSchema();
  return [
    '<!-- Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file. -->',
    '# Reference of experiment files',
    introduction,
    ...section(2, 'The file', top),
    ...sections.flatMap(([heading, definition]) => section(2, heading, definitions[definition])),
  ].join('\n\n');
}

/**
 * @param {number} level of the heading
 * @param {string} heading
 * @param {Schema} schema
 * @returns {string[]} paragraphs
 */
function section(level, heading, schema) {
  const whole = expand(schema);
  const parts = whole.oneOf?.flatMap((variant) => section(level + 1, nameOf(variant), variant));
  return [
    `${'#'.repeat(level)} ${heading}`,
    whole.description ?? '',
    ...(parts ?? [table(whole), ...nested(level, whole)]),
  ];
}

/**
 * Mappings written out within a mapping (an augmentation, early stopping) have sections of their own.
 * @param {number} level
 * @param {Schema} whole
 * @returns {string[]}
 */
function nested(level, { properties = {} }) {
  const mappings = Object.entries(properties).filter(([, property]) => property.properties);
  return mappings.flatMap(([key, property]) => section(level + 1, key, property));
}

/** @param {Schema} variant of a union, told apart by its `type` or `name` */
function nameOf(variant) {
  const { properties = {} } = expand(variant);
  const tags = tagsOf(variant, Object.hasOwn(properties, 'type') ? 'type' : 'name');
  return tags.map(formatValue).join(', ');
}

/** @param {Schema} mapping */
function table(mapping) {
  const rows = Object.entries(mapping.properties ?? {}).map(([key, property]) => {
    const schema = expand(property);
    const standard = mapping.required?.includes(key) ? '**required**' : defaultOf(schema);
    return `| ${[`\`${key}\``, describeSchema(schema), standard, schema.description ?? ''].map(cell).join(' | ')} |`;
  });
  return ['| key | value | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** @param {Schema} schema */
function defaultOf(schema) {
  const inherited = schema['x-inherits'];
  if (inherited !== undefined) return `\`model.${inherited}\``;
  return schema.default === undefined ? '' : `\`${stringify(schema.default, { collectionStyle: 'flow' }).trim()}\``;
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|');
}
