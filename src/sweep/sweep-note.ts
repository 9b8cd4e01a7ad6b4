import { readFileSync } from 'node:fs';
import type { SweepResults } from './results.js';
import type { SweepEvent } from './sweep-journal.js';
import type { CellSummary, SweepDirectory, SweepSummary } from './sweep-store.js';

/** Variants that a note lists; the artifact `summary.json` has all. */
const LISTED = 25;

/**
 * What a sweep came to, in Markdown, as MLflow shows it above its run: the question, the answer if its summary has one, the
 * variants, the best first.
 */
export function sweepNote(
  { question, metric, method, seeds }: SweepEvent,
  results: SweepResults,
  sweep: SweepDirectory,
): string {
  const { finished, total } = results.counts;
  const cells = results.ranked();
  const rest = cells.length - LISTED;
  return [
    ...(question === null ? [] : [`**${escapeMarkdown(question)}**`]),
    ...answerOf(sweep),
    tableOf(cells.slice(0, LISTED), metric.name),
    ...(rest > 0 ? [`… and ${rest} more variants: see the artifact \`summary.json\`.`] : []),
    `${method}, ${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'} each; ${finished} of ${total} trials finished.`,
    `\`ablate show ${sweep.id}\``,
  ].join('\n\n');
}

function answerOf({ summary }: SweepDirectory): string[] {
  try {
    const { answer } = JSON.parse(readFileSync(summary, 'utf8')) as Partial<SweepSummary>;
    return answer
      ? [escapeMarkdown(answer.sentence), ...answer.cautions.map((text) => `> ${escapeMarkdown(text)}`)]
      : [];
  } catch {
    // The sweep was cut short before it had a summary: its variants are told all the same.
    return [];
  }
}

function tableOf(cells: readonly CellSummary[], metric: string): string {
  const rows = cells.map(({ label, n, mean, standard_deviation: deviation }) => [
    escapeMarkdown(label),
    String(n),
    scoreText(mean),
    scoreText(deviation),
  ]);
  return [['variant', 'n', `${escapeMarkdown(metric)} (mean)`, 'sd'], ['---', '---:', '---:', '---:'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function scoreText(value: number | null): string {
  return value === null ? '' : value.toPrecision(4);
}

/** A label may hold what Markdown reads as its own. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}
