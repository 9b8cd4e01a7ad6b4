import type { Study } from '../study/study.js';
import { factorTable, interactionTable, modelSentence, tableNotes, variantTable, type TextTable } from './tables.js';

/** A study as Markdown (of GitHub's kind): the answer, its cautions, the tables, how it was made. */
export function renderMarkdown(study: Study): string {
  const { title, question, answer, origin } = study;
  const models = modelSentence(study);
  const tables = [variantTable(study), factorTable(study), interactionTable(study)].filter((table) => table !== null);
  return [
    `# ${escaped(question ?? title)}`,
    ...(answer ? [`**${escaped(answer.sentence)}**`] : []),
    ...(models === null ? [] : [escaped(models)]),
    ...(answer && answer.cautions.length > 0
      ? [answer.cautions.map((caution) => `- ${escaped(caution)}`).join('\n')]
      : []),
    ...tables.map(markdownTable),
    ...tableNotes(study).map(escaped),
    ...origin.commands.map((command) => `\`\`\`sh\n${command}\n\`\`\``),
    originSentence(study),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
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
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => escaped(cell)).join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}

/** What Markdown would take for its own. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*[\]<>|#]|(?<!\w)_|_(?!\w)/g, String.raw`\$&`).replaceAll('\n', ' ');
}
