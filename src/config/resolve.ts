import { blockLayers } from './blocks.js';
import { withDefaults, type DirectoryOf } from './defaults.js';
import type { Experiment } from './schema/experiment.generated.js';
import { completeLayers, type Layer } from './layers.js';
import { originOfInputs, saysInputs, withInputsLayer } from './model-inputs.js';
import type { Path } from './text/problems.js';
import { type TargetTraits, experimentSchema, isObject } from './schema/schema.js';
import { originOfParameter, resolveSweep } from './sweep/resolve.js';
import { type IsWritten, targetTraits, targetType, usualSweepMetric, withTargetDefaults } from './targets.js';
import type { Json } from './text/tree.js';

type Mapping = Record<string, Json>;

/** The top-level keys of an experiment, each with its defaults, as `withSectionDefaults` gives it. */
export type SectionValues = Readonly<Record<string, Json | undefined>>;

/**
 * What an experiment file means in full: every default filled in, every shorthand written out. Resolving it again changes
 * nothing.
 * @param data valid by the schema, with either `model.layers` or `model.blocks`
 * @param name of the experiment, if it gives none
 */
export function resolveExperiment(data: Json, name: string, directoryOf: DirectoryOf): Experiment {
  const given = { name, ...(data as Mapping) };
  const values = sectionKeys().map((key) => [key, withSectionDefaults(key, own(given, key), directoryOf)] as const);
  const isWritten: IsWritten = (section, key) => {
    const value = own(given, section);
    return isObject(value) && Object.hasOwn(value, key);
  };
  return assembleExperiment(Object.fromEntries(values), isWritten);
}

/**
 * What the sections of an experiment mean together: its layers inherit from the model, its sweep has one form, what it
 * doesn't say of training follows from its target.
 */
export function assembleExperiment(values: SectionValues, isWritten: IsWritten): Experiment {
  const complete = sectionKeys().map((key) => [key, values[key]] as const);
  const sections = Object.fromEntries(complete.filter((entry): entry is [string, Json] => entry[1] !== undefined));
  const { dataset, model, sweep } = sections as { dataset: Mapping; model: Mapping; sweep: Json };
  const type = targetType(dataset);
  const training = withTargetDefaults(sections.training as Mapping, type, isWritten);
  const config = {
    ...sections,
    model: completeModel(model, training, targetTraits(type)),
    training,
    sweep: isObject(sweep)
      ? resolveSweep(sweep, isWritten('sweep', 'metric') ? undefined : usualSweepMetric(type))
      : null,
  };
  // The types are generated from the schema that the data was just completed by.
  return config as unknown as Experiment;
}

/** The top-level keys of an experiment, in the order of the schema. */
export function sectionKeys(): string[] {
  return Object.keys(experimentSchema().properties ?? {});
}

/** A top-level key's value with its defaults; undefined where it has none. */
export function withSectionDefaults(key: string, value: Json | undefined, directoryOf: DirectoryOf): Json | undefined {
  return withDefaults(experimentSchema().properties?.[key] ?? {}, value, directoryOf, [key]);
}

function own(mapping: Mapping, key: string): Json | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/**
 * Where in the file that was resolved a path of the configuration comes from: layers may come from `blocks`.
 * @param model with defaults, as `withSectionDefaults` gives it
 * @param sweep as the file has it
 */
export function originOf(path: Path, model: Mapping, sweep: Json | undefined): Path {
  if (path[0] === 'model') return originInModel(path, model);
  return path[0] === 'sweep' && isObject(sweep) ? originOfParameter(path, sweep) : path;
}

function originInModel(path: Path, model: Mapping): Path {
  const [, key, index, ...inner] = path;
  if (key !== 'layers') return path;
  const offset = saysInputs(model) ? 1 : 0;
  const ofInputs = offset === 1 ? originOfInputs([index, ...inner]) : undefined;
  if (ofInputs) return ofInputs;
  if (typeof index !== 'number') return Object.hasOwn(model, 'blocks') ? ['model', 'blocks'] : path;
  const place = index - offset;
  return Object.hasOwn(model, 'blocks') ? blockLayers(model)[place].origin : ['model', 'layers', place, ...inner];
}

/** By model (with defaults), then by `training.trainable`: variants of a sweep share their models. */
const completeModels = new WeakMap<Mapping, Map<string, Mapping>>();

/**
 * A model with every layer complete.
 * @param model with defaults, as `withSectionDefaults` gives it
 * @param training likewise: it says which layers are trained
 * @param target what it says of the output layer
 * @returns shared by all who ask the same: never to be changed
 */
function completeModel(model: Mapping, training: Mapping, target: TargetTraits): Mapping {
  const asked = JSON.stringify([training.trainable, target.activation, target.output]);
  const known = completeModels.get(model) ?? new Map<string, Mapping>();
  completeModels.set(model, known);
  const complete = known.get(asked) ?? withCompleteLayers(model, training.trainable as string[] | null, target);
  known.set(asked, complete);
  return complete;
}

function withCompleteLayers(model: Mapping, trainable: string[] | null, target: TargetTraits): Mapping {
  const { layers, ...defaults } = withoutShortForms(model);
  const complete = completeLayers(layers as unknown as Layer[], defaults, { trainable, target });
  return { ...defaults, layers: complete as unknown as Json };
}

/** A model with its layers written out. */
function withoutShortForms(model: Mapping): Mapping {
  const hasBlocks = Object.hasOwn(model, 'blocks');
  if (!hasBlocks && !saysInputs(model)) return withInputsLayer(model);
  const shared = Object.entries(model).filter(([key]) => key !== 'blocks' && key !== 'dense_units');
  const listed = hasBlocks ? blockLayers(model).map(({ layer }) => layer) : model.layers;
  const whole = withInputsLayer({ ...Object.fromEntries(shared), layers: listed });
  // Paths are absolute in what already has its defaults.
  return withSectionDefaults('model', whole, () => '') as Mapping;
}
