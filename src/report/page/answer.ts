import type { Answer } from '../../analysis/answer.js';
import { repetitionOf } from '../../analysis/answer-facts.js';
import { unitOf } from '../../text/metric-unit.js';
import type { Study } from '../../study/study.js';
import { counted } from '../../text/words.js';
import { numberText, shareText } from '../numbers.js';
import { rankVariants } from '../plots/ranking.js';
import { variantNames } from '../variant-names.js';
import { modelSentence } from '../tables.js';
import { headlineOf } from '../headline.js';
import { isOfOneRunEach } from '../search.js';
import { testSetSentence } from '../test-set.js';
import { factList } from './facts.js';
import { markup, prose, type Content } from './markup.js';

/** The question and the answer, with how sure it is. */
export function answerSection(study: Study): Content {
  const { answer, ledger, scope } = study;
  const headline = headlineOf(study);
  const confirm = headline?.confirm ?? null;
  return markup`<section id="answer" aria-labelledby="answer-title">
    <h2 id="answer-title">Answer</h2>
    <div class="answer ${answer?.decided ? 'decided' : 'open'}">
      ${answer ? markup`<p class="verdict">${confirm !== null ? 'A search, not confirmed' : answer.decided ? 'Decided' : 'Not decided yet'}</p>` : null}
      <p class="sentence">${prose(headline?.sentence ?? singleSentence(study))}</p>
      ${confirm === null ? null : markup`<p>This tells it from luck:</p><pre><code>${confirm}</code></pre>`}
    </div>
    ${(headline?.details ?? []).map(paragraph)}
    ${[scope, ledger].map((told) => paragraph(told?.sentence ?? null))} ${paragraph(testSetSentence(study))} ${paragraph(modelSentence(study))} ${factList(factsOf(study))}
    ${
      answer && answer.cautions.length > 0
        ? markup`<aside class="cautions" aria-label="Cautions">
            <h3>To be read with care</h3>
            <ul>
              ${answer.cautions.map((caution) => markup`<li>${prose(caution)}</li>`)}
            </ul>
          </aside>`
        : null
    }
    ${answer && confirm === null ? surenessText(answer) : null}
  </section>`;
}

function paragraph(text: string | null): Content {
  return text === null ? null : markup`<p>${prose(text)}</p>`;
}

function singleSentence(study: Study): string {
  const ranked = rankVariants(study);
  if (ranked.length === 0) return 'No run has finished.';
  const [{ variant, mean, interval, values }] = ranked;
  const unit = unitOf(study.metric.name).ofValue;
  const range = interval ? ` (95 % interval ${numberText(interval[0])} to ${numberText(interval[1])}${unit})` : '';
  const runs = counted(values.length, 'run');
  return `${study.metric.name} of ${variantNames(study).short(variant.name)} is ${numberText(mean)}${unit}${range}, over ${runs}. There is nothing to compare it with.`;
}

function factsOf({ metric, variants, answer, search }: Study): [string, string][] {
  const runs = variants.flatMap((variant) => variant.runs);
  const finished = runs.filter(({ status }) => status === 'FINISHED').length;
  return [
    ['Metric', `${metric.name}, ${metric.goal === 'maximize' ? 'higher' : 'lower'} is better`],
    ['Variants', numberText(variants.length)],
    ['Runs', finished === runs.length ? numberText(finished) : `${finished} finished of ${runs.length}`],
    ...(answer && !isOfOneRunEach({ search, variants }) ? answerFacts(answer, metric.name) : []),
  ];
}

function answerFacts(answer: Answer, metric: string): [string, string][] {
  const { judgement, comparisons, seedsMissing, decided } = answer;
  const { margin } = judgement;
  const facts: [string, string][] = [
    ['Chance of a false difference', `at most ${shareText(judgement.alpha)}`],
    ['Comparisons', numberText(comparisons.length)],
  ];
  if (margin !== null) facts.push(['Smallest difference that matters', `±${margin}${unitOf(metric).ofDifference}`]);
  if (!decided && seedsMissing !== null && seedsMissing > 0)
    facts.push([answer.datasets ? 'Datasets still needed' : 'Seeds still needed', `about ${seedsMissing}`]);
  return facts;
}

function surenessText(answer: Answer): Content {
  const { judgement, comparisons } = answer;
  const repetition = repetitionOf(answer);
  const test = judgement.sequential
    ? 'Seeds were added in view of the results, so the comparisons are by a sequential test, which keeps its error rate whenever it is looked at.'
    : `Variants are compared ${repetition} by ${repetition}, by the paired t test.`;
  const family =
    comparisons.length > 1
      ? ` The chance of a false difference holds for all ${comparisons.length} comparisons together.`
      : '';
  return markup`<p class="method">
    ${test}${family} “No practical difference” is only said by an equivalence test (TOST) within a stated margin.
    Otherwise it can’t be told yet.
  </p>`;
}
