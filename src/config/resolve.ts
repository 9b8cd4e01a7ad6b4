import { blockLayers } from './blocks.js';
import { withDefaults, type DirectoryOf } from './defaults.js';
import type { Experiment } from './experiment.js';
import { completeLayers, type Layer } from './layers.js';
import type { Path } from './problems.js';
import { experimentSchema, isObject } from './schema.js';
import { originOfParameter, resolveSweep } from './sweep-resolve.js';
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
  const given = { name, ...(data as Mapping) };
  const keys = Object.keys(experimentSchema().properties ?? {});
  const complete = keys.map((key) => [key, withSectionDefaults(key, own(given, key), directoryOf)] as const);
  const sections = Object.fromEntries(complete.filter((entry): entry is [string, Json] => entry[1] !== undefined));
  const { model, training, sweep } = sections as { model: Mapping; training: Mapping; sweep: Json };
  const config = {
    ...sections,
    model: completeModel(model, training, directoryOf),
    sweep: isObject(sweep) ? resolveSweep(sweep) : null,
  };
  // The types are generated from the schema that the data was just completed by.
  return { config: config as unknown as Experiment, origin: (path) => originOf(path, model, own(given, 'sweep')) };
}

/** A top-level key's value with its defaults; undefined where it has none. */
export function withSectionDefaults(key: string, value: Json | undefined, directoryOf: DirectoryOf): Json | undefined {
  return withDefaults(experimentSchema().properties?.[key] ?? {}, value, directoryOf, [key]);
}

function own(mapping: Mapping, key: string): Json | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/**
 * Where in the file a path of the resolved configuration comes from.
 * @param sweep as the file has it
 */
function originOf(path: Path, model: Mapping, sweep: Json | undefined): Path {
  if (path[0] === 'model') return originInModel(path, model);
  return path[0] === 'sweep' && isObject(sweep) ? originOfParameter(path, sweep) : path;
}

/** @param model with defaults, as `withSectionDefaults` gives it */
export function originInModel(path: Path, model: Mapping): Path {
  const [, key, index] = path;
  if (key !== 'layers' || !Object.hasOwn(model, 'blocks')) return path;
  return typeof index === 'number' ? blockLayers(model)[index].origin : ['model', 'blocks'];
}

/**
 * A model with every layer complete.
 * @param model with defaults, as `withSectionDefaults` gives it
 * @param training likewise: it says which layers are trained
 */
export function completeModel(model: Mapping, training: Mapping, directoryOf: DirectoryOf): Mapping {
  const { layers, ...defaults } = Object.hasOwn(model, 'blocks') ? withoutBlocks(model, directoryOf) : model;
  const trainable = training.trainable as string[] | null;
  return { ...defaults, layers: completeLayers(layers as unknown as Layer[], defaults, trainable) as unknown as Json };
}

/** The short form of a model written out. */
function withoutBlocks(model: Mapping, directoryOf: DirectoryOf): Mapping {
  const shared = Object.entries(model).filter(([key]) => key !== 'blocks' && key !== 'dense_units');
  const layers = blockLayers(model).map(({ layer }) => layer);
  return withSectionDefaults('model', { ...Object.fromEntries(shared), layers }, directoryOf) as Mapping;
}
