import type { Answer } from '../analysis/answer.js';
import { answerSentence } from '../analysis/answer-sentence.js';
import { variantWords } from '../config/sweep/words.js';
import type { Study } from '../study/study.js';

type Rename = (name: string) => string;

/**
 * A study whose variants are called by words (`3×3 kernels + max pooling`) in place of labels (`kernel_size=3 pooling=max`),
 * in tables and in its answer: for readers who type no commands. Where words don't tell all variants apart, labels stay.
 * @param measured with values as they were measured: what `inUnits` takes
 */
export function inWords(measured: Study): Study {
  const { variants, answer, testSet } = measured;
  // What failed is told by labels, which a reader finds in the runs.
  if (answer?.failures) return measured;
  const all = variants.map(({ values }) => values);
  const words = new Map(variants.map(({ name, values, names }) => [name, variantWords(values, all, names)]));
  if (new Set(words.values()).size < variants.length) return measured;
  const rename: Rename = (name) => words.get(name) ?? name;
  return {
    ...measured,
    answer: answer && renamedAnswer(answer, rename),
    testSet: testSet && { ...testSet, variants: testSet.variants.map((one) => ({ ...one, name: rename(one.name) })) },
    // Tables tell variants apart by their values, unless they have none.
    variants: variants.map((variant) => ({ ...variant, name: rename(variant.name), values: {}, names: undefined })),
  };
}

function renamedAnswer(answer: Answer, rename: Rename): Answer {
  const renameIfAny = (name: string | null): string | null => (name === null ? null : rename(name));
  const renamed = {
    ...answer,
    best: answer.best.map(rename),
    leader: renameIfAny(answer.leader),
    baseline: renameIfAny(answer.baseline),
    variants: answer.variants.map((variant) => ({ ...variant, name: rename(variant.name) })),
    comparisons: answer.comparisons.map((one) => {
      return { ...one, first: rename(one.first), second: rename(one.second), better: renameIfAny(one.better) };
    }),
  };
  return { ...renamed, sentence: answerSentence(renamed) };
}
