import { mean } from '../analysis/statistics/describe.js';
import { tInterval } from '../analysis/statistics/intervals.js';
import type { Study, StudyVariant } from '../study/study.js';
import { markdownTable, originSentence } from './markdown.js';
import { halfWidthOf, inDigitsOf, intervalText } from './numbers.js';
import { factorTable, variantTable, type TextTable } from './tables.js';
import { referenceOf } from './variant-rows.js';

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
      '[statistics.md](statistics.md) says what must hold before a sentence is said. An answer is about this data set, this network and this amount of training.',
    contents(studies),
    ...studies.map(section),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function contents(studies: readonly Study[]): string {
  return studies.map((study) => `- **${headingOf(study)}** ${study.answer?.sentence ?? ''}`).join('\n');
}

function headingOf({ question, title }: Study): string {
  return question ?? title;
}

function section(study: Study): string {
  const { answer, origin } = study;
  const factors = factorTable(study);
  return [
    `## ${headingOf(study)}`,
    `**${answer?.sentence ?? 'There is nothing to compare.'}**`,
    ...(answer?.cautions.map((caution) => `_${caution}_`) ?? []),
    markdownTable(narrowed(variantTable(study))),
    ...(factors ? [markdownTable(factors)] : []),
    ...testSentence(study),
    `\`\`\`sh\n${origin.commands.map((command) => `npx ${command}`).join('\n')}\n\`\`\``,
    originSentence(study),
  ].join('\n\n');
}

function narrowed({ columns, rows }: TextTable): TextTable {
  const kept = [...columns.keys()].filter((column) => !LEFT_AWAY.has(columns[column].title));
  return { columns: kept.map((i) => columns[i]), rows: rows.map((row) => kept.map((i) => row[i])) };
}

/** What the best variant, chosen without the test set, comes to on it. */
function testSentence(study: Study): string[] {
  const best = study.variants.find(({ name }) => name === (study.answer?.leader ?? referenceOf(study)));
  const scores = best ? testScores(best) : [];
  if (!best || scores.length === 0) return [];
  const interval = tInterval(scores);
  return [
    `On the test set ${best.name}, the best of ${study.variants.length} by ${study.metric.name}, has an accuracy of ` +
      `${inDigitsOf(mean(scores), halfWidthOf(interval))}${interval ? ` (95 % interval ${intervalText(interval)}, ${scores.length} seeds)` : ''}.`,
  ];
}

function testScores({ runs }: StudyVariant): number[] {
  return runs.flatMap(({ metrics, status }) =>
    status === 'FINISHED' && Number.isFinite(metrics.test_accuracy) ? [metrics.test_accuracy] : [],
  );
}
