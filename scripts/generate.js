// Writes what is derived from schemas/experiment.schema.json: the types (src/config/schema/*.generated.ts), the
// registries of layers and datasets, and the reference (docs/reference.md). A test fails while any of them is stale.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';
import { expand, experimentSchema, tagsOf } from './config.js';
import { inputTypes } from './input-types.js';
import { reference } from './reference.js';

/** @typedef {import('../src/config/schema/schema.js').Schema} Schema */

const root = new URL('..', import.meta.url);

/**
 * The schema of resolved configurations: every default filled in, every shorthand written out.
 * @param {Schema} node
 * @returns {Schema}
 */
function resolved(node) {
  if (node.$ref !== undefined) return resolvedReference(node);
  if (node.if) return resolvedChoice(node);
  if (Array.isArray(node.type) && node.type.includes('object')) return resolvedNullable(node);
  const result = { ...node };
  if (node.properties) {
    const kept = Object.entries(node.properties).filter(([, property]) => !property['x-shorthand']);
    result.properties = Object.fromEntries(kept.map(([key, property]) => [key, resolved(property)]));
    result.required = kept.filter(([, property]) => !expand(property)['x-optional']).map(([key]) => key);
  }
  if (typeof node.additionalProperties === 'object') result.additionalProperties = resolved(node.additionalProperties);
  if (node.items) result.items = resolved(node.items);
  if (node.oneOf) result.oneOf = node.oneOf.map(resolved);
  if (node.minItems !== node.maxItems) {
    // Only an exact length makes a tuple; "at least one" would make a type that no array method returns.
    delete result.minItems;
    delete result.maxItems;
  }
  return result;
}

/**
 * Only definitions with a title become types of their own; others are shared keys, written out where they stand.
 * @param {Schema} node
 * @returns {Schema}
 */
function resolvedReference(node) {
  const definition = experimentSchema().definitions?.[String(node.$ref).replace('#/definitions/', '')] ?? {};
  if (definition.title !== undefined) return { $ref: node.$ref };
  return resolved({ ...definition, description: node.description ?? definition.description });
}

/**
 * @param {Schema} node of type object or null
 * @returns {Schema}
 */
function resolvedNullable({ description, ...node }) {
  return { description, oneOf: [resolved({ ...node, description, type: 'object' }), { type: 'null' }] };
}

/**
 * `if`/`then`/`else` is a union of its branches. Of "a name or a mapping" remain the names that have no parameters and
 * the mappings that have some.
 * @param {Schema} node
 * @returns {Schema}
 */
function resolvedChoice({ then: first = {}, else: second = {}, title, description }) {
  const mappings = expand(first).oneOf ?? [first];
  const named = mappings.filter((mapping) => names(mapping).length > 0);
  if (!second.enum || named.length === 0) {
    const branches = [first, second].filter((branch) => !isShorthand(branch)).map(resolved);
    return branches.length === 1 ? branches[0] : { title, description, oneOf: branches };
  }
  const withParameters = named.filter((mapping) => Object.keys(expand(mapping).properties ?? {}).length > 1);
  const parametrized = withParameters.flatMap(names);
  const plain = second.enum.filter((name) => !parametrized.includes(name));
  if (plain.length === 0) return resolved({ ...first, description });
  return { title, description, oneOf: [{ enum: plain }, ...withParameters.map(resolved)] };
}

/**
 * Whether a schema is of what never stands in a resolved configuration.
 * @param {Schema} node
 * @returns {boolean}
 */
function isShorthand({ 'x-shorthand': shorthand = false, if: condition, then: first = {}, else: second = {} }) {
  return shorthand || (condition !== undefined && isShorthand(first) && isShorthand(second));
}

/**
 * The values that the `name` of a mapping may have.
 * @param {Schema} mapping
 */
const names = (mapping) => tagsOf(mapping, 'name');

async function types() {
  const { definitions = {}, ...top } = experimentSchema();
  const titled = Object.entries(definitions).filter(([, definition]) => definition.title !== undefined);
  const complete = {
    ...resolved(top),
    definitions: Object.fromEntries(titled.map(([key, definition]) => [key, resolved(definition)])),
  };
  const text = await compile(/** @type {import('json-schema-to-typescript').JSONSchema} */ (complete), 'Experiment', {
    bannerComment:
      '/* eslint-disable max-lines */\n' +
      '// Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file.\n' +
      '// These are the types of resolved configurations: every default filled in, every shorthand written out.',
    additionalProperties: false,
    format: false,
  });
  return text.replaceAll(/\/\*\*\n *\* (.*)\n *\*\//g, '/** $1 */');
}

const GENERATED =
  '// Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file.';

/**
 * What a branch of a choice is called where it is exported: `conv2d`, `globalPooling2d`.
 * @param {string} name
 */
const exported = (name) => name.replaceAll(/_(.)/g, (_, letter) => String(letter).toUpperCase());

/** @param {string} name */
const fileOf = (name) => `./${name.replaceAll('_', '-')}.js`;

/**
 * The names that the branches of a choice go by.
 * @param {string} definition
 * @param {string} key that tells them apart
 */
function branchNames(definition, key) {
  const branches = experimentSchema().definitions?.[definition]?.oneOf ?? [];
  return branches.flatMap((branch) => tagsOf(branch, key).map(String));
}

/** The registry of layers: each type of the schema has a file of its name in src/model/layers, which exports it by its name. */
function layerKinds() {
  const types = branchNames('layer', 'type');
  const imports = types.map((type) => `import { ${exported(type)} } from '${fileOf(type)}';`);
  const entries = types.map((type) => (type === exported(type) ? `${type},` : `${type}: ${exported(type)},`));
  return `${GENERATED}
${imports.join('\n')}

/** The layers of configurations. */
export const layerKinds = { ${entries.join(' ')} };
`;
}

/**
 * The registry of datasets: each name of the schema has a file in src/data/sources, loaded when it is asked for. Of several
 * names that are one kind of dataset, the file is that of the kind, and exports each by its name.
 */
function dataSources() {
  const kinds = experimentSchema().definitions?.dataset?.oneOf ?? [];
  const entries = kinds.flatMap((kind) => {
    const key = String(kind.$ref).replace('#/definitions/', '');
    const source = `(await import('${fileOf(key)}')).${exported(key)}`;
    const all = names(kind).map(String);
    return all.map((name) => `${name}: async () => ${name === key ? source : `${source}.${name}`},`);
  });
  return `${GENERATED}

/** The datasets of configurations. */
export const dataSources = { ${entries.join(' ')} };
`;
}

/** The registry of columns: each type of the schema has a file in src/data/columns, which exports what it is as an input and as a target. */
function columnKinds() {
  const inputs = branchNames('input_column', 'type');
  const targets = branchNames('target_column', 'type');
  const imports = [...new Set([...inputs, ...targets])].map((type) => {
    const names = [
      ...(inputs.includes(type) ? [exported(type)] : []),
      ...(targets.includes(type) ? [`${exported(type)}Target`] : []),
    ];
    return `import { ${names.join(', ')} } from '${fileOf(type)}';`;
  });
  const inputEntries = inputs.map((type) => (type === exported(type) ? `${type},` : `${type}: ${exported(type)},`));
  return `${GENERATED}
${imports.join('\n')}

/** The types of inputs. */
export const inputKinds = { ${inputEntries.join(' ')} };

/** The types of targets. */
export const targetKinds = { ${targets.map((type) => `${type}: ${exported(type)}Target,`).join(' ')} };
`;
}

/**
 * @param {string} file relative to the repository
 * @param {string} text
 */
async function tidy(file, text) {
  const filepath = fileURLToPath(new URL(file, root));
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}

/**
 * What is generated: file, relative to the repository → text.
 * @returns {Promise<Record<string, string>>}
 */
export async function generate() {
  const texts = {
    'src/config/schema/experiment.generated.ts': await types(),
    'src/config/schema/input.generated.ts': await inputTypes(`/* eslint-disable max-lines */\n${GENERATED}`),
    'src/model/layers/kinds.generated.ts': layerKinds(),
    'src/data/sources/sources.generated.ts': dataSources(),
    'src/data/columns/kinds.generated.ts': columnKinds(),
    'docs/reference.md': reference(),
  };
  /** @type {Record<string, string>} */
  const tidied = {};
  for (const [file, text] of Object.entries(texts)) tidied[file] = await tidy(file, text);
  return tidied;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of Object.entries(await generate())) writeFileSync(new URL(file, root), text);
}
