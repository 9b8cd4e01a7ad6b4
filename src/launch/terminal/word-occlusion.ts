import { mostProbable } from '../../metrics/classification.js';
import { ofBoth } from '../../inference/row-answers.js';
import type { ExplainedText } from '../../display/explain/explained-text.js';
import type { TableModel } from '../../inference/table-model.js';
import { occludedText, wordEffects } from '../../inference/word-occlusion.js';
import { UserError } from '../../text/errors.js';
import type { EngineOptions } from '../options/engine.js';
import { predictGiven } from './row-inference.js';

/** Each word is another text to be answered. */
const MOST_WORDS = 2000;

/**
 * What each word of some texts means to a model: how much less it holds of the class where the word is left out.
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
  const occluded = texts.map(occludedText);
  const longest = Math.max(...occluded.map(({ words }) => words.length));
  if (longest > MOST_WORDS) throw tooLong(longest);
  const column = inputs[0].column.name;
  const { outputs } = await predictGiven(
    model,
    occluded.flatMap((each) => each.texts.map((text) => ({ [column]: text }))),
    options,
  );
  const values = target.column.type === 'binary' ? ofBoth(outputs) : outputs;
  const predictions = mostProbable(values, classes.length);
  let row = 0;
  return occluded.map(({ words, texts: asked }, index) => {
    const first = row;
    row += asked.length;
    const told = wanted ?? predictions[first];
    const ofClass = asked.map((_, at) => values[(first + at) * classes.length + told]);
    return { text: texts[index], words, class: classes[told], value: ofClass[0], effects: wordEffects(ofClass) };
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
