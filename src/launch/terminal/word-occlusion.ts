import { mostProbable } from '../../metrics/classification.js';
import { ofBoth } from '../../display/row-results.js';
import type { ExplainedText } from '../../display/explain/explained-text.js';
import type { TableModel } from '../../inference/table-model.js';
import { UserError } from '../../text/errors.js';
import type { EngineOptions } from '../options/engine.js';
import { predictGiven } from './row-inference.js';

/** Each word is another text to be answered. */
const MOST_WORDS = 2000;

/** Whether a model takes one text and tells classes of it. */
export function readsText({ inputs, target }: TableModel): boolean {
  const isOfClasses = target.column.type === 'category' || target.column.type === 'binary';
  return inputs.length === 1 && inputs[0].column.type === 'text' && isOfClasses;
}

/**
 * What each word of some texts means to a model: how much less it holds of the class where the word is left out (occlusion,
 * Zeiler and Fergus 2014; of texts: Li et al. 2016).
 * @param ofClass the class to explain; unless given, of each text the one that is predicted
 * @throws UserError `no-such-class`, `bad-usage` for a text of too many words
 */
export async function occludeWords(
  model: TableModel,
  texts: readonly string[],
  ofClass: string | undefined,
  options: EngineOptions,
): Promise<ExplainedText[]> {
  const { name, classes, inputs, target } = model;
  const wanted = ofClass === undefined ? undefined : classes.indexOf(ofClass);
  if (wanted === -1) throw noSuchClass(name, ofClass ?? '', classes);
  const words = texts.map((text) => text.split(/\s+/).filter((word) => word !== ''));
  const longest = Math.max(...words.map(({ length }) => length));
  if (longest > MOST_WORDS) throw tooLong(longest);
  const asked = words.flatMap((each) => [
    each.join(' '),
    ...each.map((_, left) => each.filter((__, index) => index !== left).join(' ')),
  ]);
  const column = inputs[0].column.name;
  const { outputs } = await predictGiven(
    model,
    asked.map((text) => ({ [column]: text })),
    options,
  );
  const values = target.column.type === 'binary' ? ofBoth(outputs) : outputs;
  const predictions = mostProbable(values, classes.length);
  let row = 0;
  return words.map((each, index) => {
    const first = row;
    row += 1 + each.length;
    const told = wanted ?? predictions[first];
    const valueOf = (at: number): number => values[at * classes.length + told];
    const effects = each.map((_, word) => valueOf(first) - valueOf(first + 1 + word));
    return { text: texts[index], words: each, class: classes[told], value: valueOf(first), effects };
  });
}

function noSuchClass(name: string, wanted: string, classes: readonly string[]): UserError {
  return new UserError(`${name} knows no class ${wanted}`, {
    code: 'no-such-class',
    hint: `it tells apart ${classes.join(', ')}`,
    exitCode: 2,
  });
}

function tooLong(words: number): UserError {
  return new UserError(`a text of ${words.toLocaleString('en')} words is too long to leave out each of them`, {
    code: 'bad-usage',
    hint: `give at most ${MOST_WORDS.toLocaleString('en')} words`,
    exitCode: 2,
  });
}
