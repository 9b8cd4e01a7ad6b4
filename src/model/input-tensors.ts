import type { InputsLayer, LayerConfig, Tower } from '../config/schema/experiment.generated.js';
import { listed } from '../text/words.js';
import type { LayerProblem, Shape } from './shape.js';

/** A column that a model may be given. */
export interface ModelInput {
  name: string;
  /** Of one example: [height, width, channels] of an image, [features] of numbers, [length] of the words of a text. */
  shape: Shape;
  /** Of a text whose words are numbered: how many different numbers there are, from 0, which is padding. */
  tokens?: number;
}

/** A tensor that a model is given: a column, or several vectors side by side. */
export interface InputTensor {
  /** Of the model's input layer. */
  name: string;
  /** The tower that takes it; none where it is merged as it is. */
  tower?: string;
  /** Places among the columns, in their order. */
  columns: readonly number[];
  /** Of one example. */
  shape: Shape;
  tokens?: number;
}

/** Told of a mistake at a path within the layer `inputs`. */
type Report = (path: (string | number)[], problem: LayerProblem) => void;

/**
 * What a model is given of these columns: without a layer `inputs` all of them side by side, else a tensor for each tower,
 * in their order, then one for the vectors that no tower takes.
 * @param first the model's first layer
 */
export function inputTensors(
  first: LayerConfig | undefined,
  inputs: readonly ModelInput[],
  report: Report = () => undefined,
): InputTensor[] {
  const places = [...inputs.keys()];
  if (first?.type !== 'inputs') return [sideBySide('input', places, inputs, report)];
  checkUse(first, inputs, report);
  const isUsed = (place: number): boolean => first.use?.includes(inputs[place].name) ?? true;
  const towers = Object.entries(first.towers).flatMap(([name, tower]) =>
    towerTensor(name, tower, first, inputs, report),
  );
  const inTowers = Object.entries(first.towers).flatMap(([name, tower]) => columnsOf(name, tower));
  const rest = places.filter((place) => isUsed(place) && !inTowers.includes(inputs[place].name));
  return rest.length > 0 ? [...towers, sideBySide('input', rest, inputs, report)] : towers;
}

/** The places of the columns that a model takes. */
export function usedColumns(first: LayerConfig | undefined, inputs: readonly ModelInput[]): number[] {
  const taken = new Set(inputTensors(first, inputs).flatMap(({ columns }) => columns));
  return [...inputs.keys()].filter((place) => taken.has(place));
}

function columnsOf(name: string, { columns }: Tower): readonly string[] {
  return columns ?? [name];
}

function towerTensor(
  tower: string,
  config: Tower,
  { use }: InputsLayer,
  inputs: readonly ModelInput[],
  report: Report,
): InputTensor[] {
  const used = columnsOf(tower, config).filter((name) => !use || use.includes(tower) || use.includes(name));
  if (used.length === 0) return [];
  const unknown = used.find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) report(['towers', tower], unknownColumn(unknown, inputs, config.columns === null));
  const places = [...inputs.keys()].filter((place) => used.includes(inputs[place].name));
  const within: Report = (path, problem) => {
    report(['towers', tower, ...path], problem);
  };
  return [{ ...sideBySide(`input/${tower}`, places, inputs, within), tower }];
}

/** A column alone, or several vectors as one. */
function sideBySide(
  name: string,
  places: readonly number[],
  inputs: readonly ModelInput[],
  report: Report,
): InputTensor {
  const columns = places.map((place) => inputs[place]);
  if (columns.length === 1) {
    const [{ shape, tokens }] = columns;
    return { name, columns: places, shape, ...(tokens === undefined ? {} : { tokens }) };
  }
  const single = columns.find(({ shape, tokens }) => shape.length > 1 || tokens !== undefined);
  if (single) report([], standsAlone(single));
  const features = columns.reduce((sum, { shape }) => sum + shape[0], 0);
  return { name, columns: places, shape: [Math.max(1, features)] };
}

function checkUse({ use, towers }: InputsLayer, inputs: readonly ModelInput[], report: Report): void {
  const known = [...inputs.map(({ name }) => name), ...Object.keys(towers)];
  use?.forEach((name, index) => {
    if (!known.includes(name)) report(['use', index], unknownColumn(name, inputs, false));
  });
}

function unknownColumn(name: string, inputs: readonly ModelInput[], isName: boolean): LayerProblem {
  return {
    message: `the dataset has no input ${JSON.stringify(name)}`,
    expected: `one of ${listed(inputs.map((input) => input.name).slice(0, 30))}`,
    received: name,
    ...(isName
      ? { hint: 'a tower takes the input of its name, unless it says its columns: columns: [area, rooms]' }
      : {}),
    concerns: 'rank',
  };
}

function standsAlone({ name, tokens }: ModelInput): LayerProblem {
  const what = tokens === undefined ? 'not a vector' : 'a text whose words are numbered';
  const otherwise = tokens === undefined ? '' : ', or give the text output_mode: multi_hot';
  return {
    message: `the input ${JSON.stringify(name)} is ${what}, and there are others beside it`,
    hint: `give it layers of its own, which are merged with the others: model.inputs: {${name}: {layers: […]}}${otherwise}`,
    concerns: 'rank',
  };
}
