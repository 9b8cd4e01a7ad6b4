import { mean } from '../analysis/statistics/describe.js';
import { tInterval } from '../analysis/statistics/intervals.js';
import { keyWords, levelWords } from '../config/sweep/words.js';
import type { Study } from '../study/study.js';
import { markdownTable, originSentence } from './markdown.js';
import { inUnits } from './in-units.js';
import { halfWidthOf, inDigitsOf } from '../text/digits.js';
import { metricValues } from './metric-values.js';
import { metricWords, possibleValues, unitOf } from '../text/metric-unit.js';
import { wordNames } from './variant-names.js';
import { intervalText } from './numbers.js';
import { columnsWhere, factorTable, variantTable, type FactorNames, type TextTable } from './tables.js';
import { testSetSentence, titleOf } from './test-set.js';
import { referenceOf } from './variant-rows.js';

const IN_WORDS: FactorNames = {
  ofKey: keyWords,
  ofLevels: ({ key, levels }) => levelWords(key, levels),
};

/** The columns of `variantTable` that a page of answers has no room for. */
const LEFT_AWAY = new Set(['sd', 'median', 'effect']);

/**
 * The measured answers to many questions, as one Markdown page: each with its numbers, the command that measured them, and
 * what the best variant scores on the test set.
 */
export function renderAnswers(studies: readonly Study[]): string {
  return [
    '# Answers',
    'Measured by Ablate itself, and written by `npm run answers`: not by hand. Every row is the mean over the seeds of one variant; ' +
      '[statistics.md](statistics.md) says what must hold before a sentence is said. An answer is about this dataset, this network and this amount of training.',
    contents(studies),
    ...studies.map(inUnits).map(section),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function contents(studies: readonly Study[]): string {
  return studies.map((study) => `- **${headingOf(study)}** ${sentenceOf(study, '')}`).join('\n');
}

function headingOf({ question, title }: Study): string {
  return question ?? title;
}

function section(study: Study): string {
  const { answer, origin } = study;
  const factors = factorTable(study, IN_WORDS);
  return [
    `## ${headingOf(study)}`,
    `**${sentenceOf(study, 'There is nothing to compare.')}**`,
    ...(answer && answer.details.length > 0 ? [spoken(answer.details.join(' '), study)] : []),
    ...(answer?.cautions.map((caution) => `_${spoken(caution, study)}_`) ?? []),
    tableOf(
      columnsWhere(variantTable(study, wordNames(study)), ({ title }) => !LEFT_AWAY.has(title)),
      study,
    ),
    ...(factors ? [tableOf(factors, study)] : []),
    ...testSentence(study),
    `\`\`\`sh\n${origin.commands.map((command) => `npx ${command}`).join('\n')}\n\`\`\``,
    originSentence(study),
  ].join('\n\n');
}

function sentenceOf(study: Study, otherwise: string): string {
  return spoken(study.answer?.sentence ?? otherwise, study);
}

/** The metric as it is called, not as it is named in logs. */
function spoken(text: string, { metric }: Study): string {
  return text.replaceAll(metric.name, metricWords(metric.name));
}

function tableOf({ columns, rows }: TextTable, study: Study): string {
  return markdownTable({ columns: columns.map((each) => ({ ...each, title: spoken(each.title, study) })), rows });
}

/** The test score of the variant that leads, which was chosen without the test set. */
function testSentence(study: Study): string[] {
  const best = study.variants.find(({ name }) => name === (study.answer?.leader ?? referenceOf(study)));
  const scores = best ? metricValues(best.runs, 'test_accuracy') : [];
  if (!best || scores.length === 0) return [];
  const measured = testSetSentence(study);
  if (measured !== null) return [spoken(measured, study)];
  const interval = possibleValues(tInterval(scores), 'test_accuracy', unitOf('test_accuracy').factor);
  const chosen = study.answer ? titleOf(best.name, study.answer) : 'the only one';
  return [
    `On the test set ${wordNames(study).short(best.name)}, ${chosen} of ${study.variants.length} by ${metricWords(study.metric.name)}, has an accuracy of ` +
      `${inDigitsOf(mean(scores), halfWidthOf(interval))} %${interval ? ` (95 % interval of other seeds ${intervalText(interval)}, ${scores.length} seeds)` : ''}.`,
  ];
}
