import type { Experiment } from './experiment.js';
import type { LoadedExperiment } from './load.js';
import { problemAt, type Problem } from './problems.js';
import type { Values } from './sweep-conditions.js';
import { variantsOf } from './sweep-variants.js';

/**
 * Parameters that change nothing, as `model.kernel_size` does where every layer has its own: their variants would be
 * compared with themselves.
 * @param variants valid
 */
export function idleParameters(experiment: LoadedExperiment, variants: readonly Values[]): Problem[] {
  const { sweep } = experiment.config;
  const several = Object.entries(sweep?.parameters ?? {}).filter(([, parameter]) => {
    return !('values' in parameter) || parameter.values.length > 1;
  });
  return several
    .map(([key]) => key)
    .filter((key) => isIdle(key, experiment, variants))
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

function isIdle(key: string, experiment: LoadedExperiment, variants: readonly Values[]): boolean {
  const resolver = variantsOf(experiment);
  const meaning = (values: Values) => JSON.stringify(trainedBy(resolver.resolve(values).config));
  // By what else they have → what the first of them means. Most parameters are seen to change something at once.
  const meanings = new Map<string, { values: Values; meaning?: string }>();
  let compared = false;
  for (const values of variants) {
    if (!Object.hasOwn(values, key)) continue;
    const others = JSON.stringify(Object.entries(values).filter(([name]) => name !== key));
    const first = meanings.get(others);
    if (!first) {
      meanings.set(others, { values });
      continue;
    }
    first.meaning ??= meaning(first.values);
    if (first.meaning !== meaning(values)) return false;
    compared = true;
  }
  return compared;
}

/** What of a configuration affects training: of the model its layers, which have inherited the rest. */
function trainedBy({ dataset, augmentation, model, training }: Experiment): object {
  return { dataset, augmentation, layers: model.layers, training };
}
