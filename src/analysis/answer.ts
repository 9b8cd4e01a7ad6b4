import { compareFailures, withoutLuck, type Failures } from './failures.js';
import { establishFacts, type AnswerFacts, type AnswerRequest } from './answer-facts.js';
import { cautionsAbout } from './answer-cautions.js';
import { tellAnswer } from './answer-sentence.js';
import { cautionsOfExtremes } from './extreme-seeds.js';

export interface Answer extends AnswerFacts {
  /** How often variants failed; null where nothing did. */
  failures: Failures | null;
  /** The answer in words: the verdict. */
  sentence: string;
  /** What stands below it, a sentence each. */
  details: string[];
  /** What a reader must know to trust it. */
  cautions: string[];
}

/**
 * The answer to a question about variants, each trained with several seeds. A winner is only named if it beats every
 * other, with a chance of at most α to name a wrong one; "no practical difference" is only said by TOST within a stated
 * margin; otherwise it can't be told yet.
 * @throws UserError `invalid-comparison` for fewer than two variants, names given twice, or a baseline that isn't among
 * them; `invalid-sample` for values that aren't finite; `invalid-margin`
 */
export function answerQuestion(request: AnswerRequest): Answer {
  const facts = establishFacts(request);
  const failures = compareFailures(facts, request.variants);
  const { sentence, details } = tellAnswer(facts);
  const sentences = [...(failures ? [failures.sentence] : []), sentence];
  return {
    ...withoutLuck(facts, failures),
    failures,
    // Where a title is withheld, the rest speaks of what finished.
    sentence: sentences.join(failures && failures.withheld.length > 0 ? ' Of what finished: ' : ' '),
    details,
    cautions: [...cautionsAbout(facts), ...cautionsOfExtremes(facts, request.variants)],
  };
}
