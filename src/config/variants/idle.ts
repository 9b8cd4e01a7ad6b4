import type { LoadedExperiment } from '../load.js';
import { problemAt, type Problem } from '../text/problems.js';
import type { Values } from '../sweep/conditions.js';
import { endsOf } from '../sweep/distributions.js';
import type { Json } from '../text/tree.js';
import type { VariantMeanings } from './meanings.js';
import { variantsOf } from './variants.js';

/** A key that changes nothing in so many variants has no say in the others. */
const LOOKED_AT = 200;

/**
 * Parameters that change nothing, as `model.kernel_size` does where every layer has its own: their variants would be
 * compared with themselves.
 * @param variants valid, their meanings known
 */
export function idleParameters(
  experiment: LoadedExperiment,
  variants: readonly Values[],
  meanings: VariantMeanings,
): Problem[] {
  const { sweep } = experiment.config;
  const several = Object.entries(sweep?.parameters ?? {}).filter(([, parameter]) => {
    return !('values' in parameter) || parameter.values.length > 1;
  });
  return several
    .map(([key]) => key)
    .filter((key) => {
      return sweep?.method === 'random'
        ? isIdleInDraws(key, experiment, variants, meanings)
        : isIdle(key, variants, meanings);
    })
    .map((key) => {
      const [section, ...inner] = key.split('.');
      const hint = `vary it where it has a say: at a layer, such as model.layers.0.${inner.join('.')}`;
      return problemAt(variantsOf(experiment).places.parameter(key), ['sweep', 'parameters', key], {
        code: 'conflict',
        message: `${key} changes nothing: its variants are all the same`,
        ...(section === 'model' ? { hint } : {}),
      });
    });
}

function isIdle(key: string, variants: readonly Values[], meanings: VariantMeanings): boolean {
  // By what else they have → what the first of them means. Most parameters are seen to change something at once.
  const firsts = new Map<string, string>();
  let compared = false;
  for (const values of variants) {
    if (!Object.hasOwn(values, key)) continue;
    const others = JSON.stringify(Object.entries(values).filter(([name]) => name !== key));
    const first = firsts.get(others);
    const meaning = meanings.of(values);
    if (first === undefined) firsts.set(others, meaning);
    else if (first !== meaning) return false;
    else compared = true;
  }
  return compared;
}

/** Draws seldom differ in one key alone: whether it changes anything shows where it is given its other values. */
function isIdleInDraws(
  key: string,
  experiment: LoadedExperiment,
  variants: readonly Values[],
  meanings: VariantMeanings,
): boolean {
  const parameter = experiment.config.sweep?.parameters[key];
  if (!parameter) return false;
  const resolver = variantsOf(experiment);
  const others = 'values' in parameter ? (parameter.values as Json[]) : endsOf(parameter);
  const having = variants.filter((values) => Object.hasOwn(values, key)).slice(0, LOOKED_AT);
  return (
    having.length > 0 &&
    having.every((values) => {
      const meaning = meanings.of(values);
      return others.every(
        (other) => meanings.meaningOf(resolver.resolve({ ...values, [key]: other }).config) === meaning,
      );
    })
  );
}
