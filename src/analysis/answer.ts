import { establishFacts, type AnswerFacts, type AnswerRequest } from './answer-facts.js';
import { answerSentence, cautionsAbout } from './answer-sentence.js';

export interface Answer extends AnswerFacts {
  /** The answer in words. */
  sentence: string;
  /** What a reader must know to trust it. */
  cautions: string[];
}

/**
 * The answer to a question about variants, each trained with several seeds. A winner is only named if it beats every
 * other at α, adjusted for all comparisons (Holm); "no practical difference" is only said by TOST within a stated margin;
 * otherwise it can't be told yet.
 * @throws UserError `invalid-comparison` for fewer than two variants, names given twice, or a baseline that isn't among
 * them; `invalid-sample` for values that aren't finite; `invalid-margin`
 */
export function answerQuestion(request: AnswerRequest): Answer {
  const facts = establishFacts(request);
  return { ...facts, sentence: answerSentence(facts), cautions: cautionsAbout(facts) };
}
