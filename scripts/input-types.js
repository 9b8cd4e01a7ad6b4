// The types of experiments as they are written: defaults left out, shorthands allowed. Those of the API's object literals.
import { compile } from 'json-schema-to-typescript';
import { experimentSchema } from './config.js';

/** @typedef {import('../src/config/schema/schema.js').Schema} Schema */

/**
 * The schema of experiments as they are written, without what TypeScript can't say: `if` is a union of its branches.
 * @param {Schema} node
 * @returns {Schema}
 */
function written(node) {
  if (node.$ref !== undefined) return writtenReference(node);
  if (isAnything(node)) return /** @type {Schema} */ ({ description: node.description, tsType: 'unknown' });
  const { if: condition, then: first, else: second, ...around } = node;
  if (condition && first && second) return { ...described(around), oneOf: flat([first, second].map(written)) };
  const result = { ...around };
  if (Array.isArray(node.type) && node.type.includes('object')) return nullable(node);
  if (node.title !== undefined) result.title = inputName(node.title);
  if (node.properties) {
    const entries = Object.entries(node.properties).map(([key, property]) => [key, written(property)]);
    result.properties = Object.fromEntries(entries);
  }
  if (node.type === 'object' && !node.properties) result.additionalProperties ??= true;
  if (typeof node.additionalProperties === 'object') result.additionalProperties = written(node.additionalProperties);
  if (node.items) result.items = written(node.items);
  if (node.oneOf) return { ...described(around), oneOf: node.oneOf.map(written) };
  if (node.minItems !== node.maxItems) {
    delete result.minItems;
    delete result.maxItems;
  }
  return result;
}

/** @param {Schema} node */
function isAnything(node) {
  return !['type', 'enum', 'const', 'if', 'oneOf', 'properties'].some((key) => key in node);
}

/**
 * Unions within a union as one, each member once.
 * @param {Schema[]} members
 */
function flat(members) {
  const all = members.flatMap((member) => (member.oneOf && member.title === undefined ? member.oneOf : [member]));
  return [...new Map(all.map((member) => [JSON.stringify(member), member])).values()];
}

/**
 * Of a union only its name and what it is: keys of its own would make it the intersection with them.
 * @param {Schema} node
 * @returns {Schema}
 */
function described({ title, description }) {
  return { ...(title === undefined ? {} : { title: inputName(title) }), description };
}

/**
 * Only definitions with a title become types of their own; others are shared keys, written out where they stand.
 * @param {Schema} node
 * @returns {Schema}
 */
function writtenReference({ $ref = '', description }) {
  const definition = experimentSchema().definitions?.[$ref.replace('#/definitions/', '')] ?? {};
  if (definition.title !== undefined) return { $ref };
  return written({ ...definition, description: description ?? definition.description });
}

/**
 * @param {Schema} node of type object or null
 * @returns {Schema}
 */
function nullable({ type, ...node }) {
  const others = [type ?? []].flat().filter((each) => each !== 'object');
  return {
    ...described(node),
    oneOf: [{ ...written({ ...node, type: 'object' }), title: undefined }, ...others.map((each) => ({ type: each }))],
  };
}

/**
 * `DatasetConfig` is what `DatasetInput` comes to.
 * @param {string} title
 */
function inputName(title) {
  return `${title.replace(/Config$/, '')}Input`;
}

/** @param {string} banner */
export async function inputTypes(banner) {
  const { definitions = {}, ...top } = experimentSchema();
  const titled = Object.entries(definitions).filter(([, definition]) => definition.title !== undefined);
  const complete = {
    ...written(top),
    definitions: Object.fromEntries(titled.map(([key, definition]) => [key, written(definition)])),
  };
  const text = await compile(
    /** @type {import('json-schema-to-typescript').JSONSchema} */ (complete),
    'ExperimentInput',
    {
      bannerComment: `${banner}\n// These are the types of experiments as they are written: defaults left out, shorthands allowed.`,
      additionalProperties: false,
      format: false,
    },
  );
  return text.replaceAll(/\/\*\*\n *\* (.*)\n *\*\//g, '/** $1 */');
}
