import { blockLayers, type BlockLayer } from './blocks.js';
import { withDefaults, type DirectoryOf } from './defaults.js';
import type { Experiment } from './experiment.js';
import { completeLayers, type Layer } from './layers.js';
import type { Path } from './problems.js';
import { experimentSchema, isObject } from './schema.js';
import type { Json } from './tree.js';

type Mapping = Record<string, Json>;

export interface Resolved {
  /** Complete: every default filled in, every shorthand written out. Resolving it again changes nothing. */
  config: Experiment;
  /** Where in the file that was resolved a path of the configuration comes from (layers may come from `blocks`). */
  origin: (path: Path) => Path;
}

/**
 * What an experiment file means in full.
 * @param data valid by the schema, with either `model.layers` or `model.blocks`
 * @param name of the experiment, if it gives none
 */
export function resolveExperiment(data: Json, name: string, directoryOf: DirectoryOf): Resolved {
  const complete = withDefaults(experimentSchema(), { name, ...(data as Mapping) }, directoryOf) as Mapping;
  const { model, training, sweep } = complete as Mapping & { model: Mapping; training: { trainable: string[] | null } };
  const fromBlocks = Object.hasOwn(model, 'blocks') ? blockLayers(model) : undefined;
  const config = {
    ...complete,
    model: resolveModel(model, fromBlocks, training.trainable, directoryOf),
    sweep: isObject(sweep) ? resolveSweep(sweep) : null,
  };
  // The types are generated from the schema that the data was just completed by.
  return { config: config as unknown as Experiment, origin: (path) => originOf(path, fromBlocks) };
}

function originOf(path: Path, fromBlocks: BlockLayer[] | undefined): Path {
  const [section, key, index] = path;
  if (!fromBlocks || section !== 'model' || key !== 'layers') return path;
  return typeof index === 'number' ? fromBlocks[index].origin : ['model', 'blocks'];
}

function resolveModel(
  model: Mapping,
  fromBlocks: BlockLayer[] | undefined,
  trainable: string[] | null,
  directoryOf: DirectoryOf,
): object {
  const schema = experimentSchema().properties?.model ?? {};
  const shorthand = ['blocks', 'dense_units'];
  const shared = Object.fromEntries(Object.entries(model).filter(([key]) => !shorthand.includes(key)));
  const long = fromBlocks ? { ...shared, layers: fromBlocks.map(({ layer }) => layer) } : shared;
  const { layers, ...defaults } = withDefaults(schema, long, directoryOf, ['model']) as Mapping;
  return { ...defaults, layers: completeLayers(layers as unknown as Layer[], defaults, trainable) };
}

function resolveSweep(sweep: Mapping): Mapping {
  const { name, goal } = sweep.metric as { name: string; goal?: string };
  const parameters = Object.entries(sweep.parameters as Record<string, Mapping>);
  return {
    ...sweep,
    metric: { name, goal: goal ?? (name.endsWith('loss') ? 'minimize' : 'maximize') },
    parameters: Object.fromEntries(parameters.map(([key, parameter]) => [key, resolveParameter(parameter)])),
  };
}

function resolveParameter(parameter: Mapping): Mapping {
  if (!Object.hasOwn(parameter, 'min') || Object.hasOwn(parameter, 'distribution')) return parameter;
  const whole = Number.isInteger(parameter.min) && Number.isInteger(parameter.max);
  return { ...parameter, distribution: whole ? 'int_uniform' : 'uniform' };
}
