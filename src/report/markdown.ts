import type { AcrossStudy, Study } from '../study/study.js';
import { acrossNote, mainTable } from './across.js';
import { testSetSentence } from './test-set.js';
import { inUnits } from './in-units.js';
import { headlineOf } from './headline.js';
import { visible } from '../text/visible.js';
import { factorTable, interactionTable, modelSentence, tableNotes, variantTable, type TextTable } from './tables.js';

/** A study as Markdown (of GitHub's kind): the answer, its cautions, the tables, how it was made. */
export function renderMarkdown(measured: Study): string {
  const study = inUnits(measured);
  const { title, question, answer, ledger, origin, scope } = study;
  const headline = headlineOf(study);
  const models = modelSentence(study);
  const tested = testSetSentence(study);
  const tables = [mainTable(study), factorTable(study), interactionTable(study)].filter((table) => table !== null);
  return [
    `# ${escaped(question ?? title)}`,
    ...(headline ? [`**${escaped(headline.sentence)}**`] : []),
    ...(headline?.confirm == null ? [] : [codeBlock(headline.confirm)]),
    ...(headline && headline.details.length > 0
      ? [headline.details.map((detail) => `- ${escaped(detail)}`).join('\n')]
      : []),
    ...[scope, ledger].flatMap((told) => (told ? [escaped(told.sentence)] : [])),
    ...[tested, models].flatMap((told) => (told === null ? [] : [escaped(told)])),
    ...(answer && answer.cautions.length > 0
      ? [answer.cautions.map((caution) => `- ${escaped(caution)}`).join('\n')]
      : []),
    ...tables.map(markdownTable),
    ...(study.across ? [acrossNote(study)] : tableNotes(study)).map(escaped),
    ...(study.across?.studies ?? []).flatMap(datasetParts),
    ...origin.commands.map(codeBlock),
    escaped(originSentence(study)),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** What one of several datasets says by itself. */
function datasetParts({ dataset, study }: AcrossStudy['studies'][number]): string[] {
  return [
    `## ${escaped(dataset)}`,
    ...(study.answer ? [`**${escaped(study.answer.sentence)}**`] : []),
    ...(study.answer?.cautions ?? []).map((caution) => `_${escaped(caution)}_`),
    markdownTable(variantTable(study)),
  ];
}

/** Versions, machine and day, in a sentence. */
export function originSentence({ origin: { versions, devices, machines = [], ended } }: Study): string {
  return [
    `Ablate ${versions.ablate}`,
    ...versions.tensorflow.map((version) => `TensorFlow ${version}`),
    versions.node && `Node ${versions.node}`,
    ...machines,
    ...devices,
    ended?.slice(0, 10),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** A table of GitHub's kind. */
export function markdownTable({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

/** Between more backticks than it has in a row. */
function codeBlock(command: string): string {
  const longest = Math.max(2, ...(command.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${visible(command)}\n${fence}`;
}

/** What Markdown would take for its own, and control characters, which are made visible. */
function escaped(text: string): string {
  return visible(text)
    .replaceAll(/[\\`*[\]<>|#]|(?<!\w)_|_(?!\w)/g, String.raw`\$&`)
    .replaceAll(/\r?\n/g, ' ');
}
