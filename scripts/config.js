// What scripts need of src/config/schema, compiled first: they themselves run as they are.
import { URL } from 'node:url';
import { buildIfStale } from './build.js';

await buildIfStale();

/** @type {(module: string) => Promise<unknown>} */
const load = (module) => import(new URL(`../dist/config/schema/${module}`, import.meta.url).href);

const schema = /** @type {typeof import('../src/config/schema/schema.js')} */ (await load('schema.js'));
const describe = /** @type {typeof import('../src/config/schema/describe.js')} */ (await load('describe.js'));

export const { expand, experimentSchema, tagsOf } = schema;
export const { describeSchema, formatValue } = describe;
