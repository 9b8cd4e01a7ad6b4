import { encodeCsv } from '../text/csv.js';
import { type ClassValue, namedValue, valueName } from '../inference/class-values.js';
import type { TrainedModel } from '../inference/trained-model.js';
import { colors as pc } from '../text/visible.js';
import { valueText } from './format.js';
import { formatTable } from './tables/table.js';

/** What became of one image. */
export type Prediction = { image: string; top: ClassValue[] } | { image: string; error: string };

/** For people: a row for each image that could be read; nothing if none could. */
export function predictionsTable(model: TrainedModel, predictions: readonly Prediction[]): string {
  const name = valueName(model);
  const rows = predictions.flatMap((prediction) => {
    if ('error' in prediction) return [];
    const [best, ...others] = prediction.top;
    const next = others.map((other) => `${other.class} ${valueText(name, other.value)}`).join(', ');
    return [[prediction.image, best.class, valueText(name, best.value), pc.dim(next)]];
  });
  if (rows.length === 0) return '';
  const columns = [{ title: 'IMAGE' }, { title: 'CLASS' }, { title: name.toUpperCase(), align: 'right' as const }];
  return formatTable([...columns, { title: 'NEXT' }], rows);
}

/** As a JSON document has them. */
export function predictionsJson(model: TrainedModel, predictions: readonly Prediction[]): object[] {
  const name = valueName(model);
  return predictions.map((prediction) => {
    if ('error' in prediction) return prediction;
    const top = prediction.top.map((each) => namedValue(name, each));
    return { image: prediction.image, ...top[0], top };
  });
}

/** For spreadsheets: a row for every image, with what is wrong with those that couldn't be read in the last column. */
export function predictionsCsv(model: TrainedModel, predictions: readonly Prediction[], top: number): string {
  const shown = Math.min(top, model.classes.length);
  const rows = predictions.map((prediction) => {
    if ('error' in prediction) return [prediction.image, ...Array<string>(2 * shown).fill(''), prediction.error];
    return [prediction.image, ...prediction.top.flatMap((each) => [each.class, each.value]), ''];
  });
  return encodeCsv([['image', ...valueColumns(['class', valueName(model)], shown), 'error'], ...rows]);
}

/** `class`, `probability`, `class_2`, `probability_2` … */
export function valueColumns(names: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, place) =>
    names.map((column) => (place === 0 ? column : `${column}_${place + 1}`)),
  ).flat();
}
