import { ConfigError } from '../config/config-error.js';
import type { Experiment } from '../config/experiment.js';
import type { LoadedExperiment } from '../config/load.js';
import type { Path } from '../config/problems.js';

/** What the language has and this version doesn't train yet: where it stands, whether it is asked for, and its name. */
const NOT_YET: { path: Path; isAsked: (config: Experiment) => boolean; what: string; repair: string }[] = [
  {
    path: ['training', 'precision'],
    isAsked: ({ training }) => training.precision !== 'float32',
    what: 'other precisions than float32',
    repair: 'remove "precision"',
  },
  {
    path: ['training', 'initial_weights'],
    isAsked: ({ training }) => training.initial_weights !== null,
    what: 'fine-tuning from the weights of another run',
    repair: 'remove "initial_weights"',
  },
  {
    path: ['training', 'trainable'],
    isAsked: ({ training }) => training.trainable !== null,
    what: 'choosing trainable layers by pattern',
    repair: 'remove "training.trainable", and set "trainable: false" at the layers to freeze',
  },
];

/**
 * Refuses what would otherwise be ignored without a word.
 * @throws ConfigError with every such key at its place
 */
export function refuseUnsupported(experiments: readonly LoadedExperiment[]): void {
  const problems = experiments.flatMap(({ config, source }) =>
    NOT_YET.flatMap(({ path, isAsked, what, repair }) =>
      [...(isAsked(config) ? [path] : []), ...sweptPlaces(config, path)].map((place) =>
        source.problem(place, {
          code: 'unsupported',
          message: `this version of Ablate doesn't do ${what} yet`,
          hint: repair,
        }),
      ),
    ),
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Where a sweep varies what this version doesn't train. */
function sweptPlaces({ sweep }: Experiment, path: Path): Path[] {
  const key = path.join('.');
  return sweep && Object.hasOwn(sweep.parameters, key) ? [['sweep', 'parameters', key]] : [];
}
