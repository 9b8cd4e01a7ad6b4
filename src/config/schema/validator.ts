import { Ajv, type CodeOptions, type ValidateFunction } from 'ajv';
import { ANNOTATIONS, experimentSchema } from './schema.js';

let compiled: ValidateFunction | undefined;

/**
 * Whether a configuration is as the schema has it, and what isn't. Compiling the schema takes a quarter of a second, so in
 * the built program another module stands here, which has it compiled: see scripts/validator.js.
 */
export function experimentValidator(): ValidateFunction {
  return (compiled ??= newAjv({}).compile(experimentSchema()));
}

/** @param code how the validating code is to be */
export function newAjv(code: CodeOptions): Ajv {
  // Every mistake in one go; unions are decided by their `name` or `type`, so that a mistake inside of one is named.
  const unions = { discriminator: true, allowUnionTypes: true, strictRequired: false };
  // A test validates the schema itself; here that would only cost time.
  const ajv = new Ajv({ allErrors: true, ...unions, meta: false, validateSchema: false, code });
  for (const annotation of ANNOTATIONS) ajv.addKeyword(annotation);
  return ajv;
}
