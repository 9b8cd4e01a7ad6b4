import { inUnit, titledMetric, unitOf } from '../text/metric-unit.js';
import { visible } from '../text/visible.js';
import type { SweepResults } from './results.js';
import type { SweepEvent } from './sweep-journal.js';
import type { VariantResult, SweepDirectory, SweepSummary } from './sweep-store.js';
import { counted } from '../text/words.js';
import { readTextSync } from '../system/regular-file.js';
import { ablate } from '../system/shell.js';

/** Variants that a note lists; the artifact `summary.json` has all. */
const LISTED = 25;

/**
 * The results of a sweep, in Markdown, as MLflow shows it above its run: the question, the answer if its summary has one, the
 * variants, the best first.
 */
export function sweepNote(
  { question, metric, method, seeds }: SweepEvent,
  results: SweepResults,
  sweep: SweepDirectory,
): string {
  const { finished, total } = results.counts;
  const variants = results.ranked();
  const rest = variants.length - LISTED;
  return [
    ...(question === null ? [] : [`**${escapeMarkdown(question)}**`]),
    ...answerOf(sweep),
    tableOf(variants.slice(0, LISTED), metric.name),
    ...(rest > 0 ? [`… and ${rest} more variants: see the artifact \`summary.json\`.`] : []),
    `${method}, ${counted(seeds.length, 'seed')} each; ${finished} of ${counted(total, 'trial')} finished.`,
    `\`${ablate('show', sweep.id)}\``,
  ].join('\n\n');
}

function answerOf({ summary }: SweepDirectory): string[] {
  try {
    const { answer } = JSON.parse(readTextSync(summary)) as Partial<SweepSummary>;
    if (!answer) return [];
    const told = [answer.sentence, ...(answer.details ?? [])].map(escapeMarkdown);
    return [...told, ...answer.cautions.map((text) => `> ${escapeMarkdown(text)}`)];
  } catch {
    // The sweep was interrupted before it had a summary: its variants are told all the same.
    return [];
  }
}

function tableOf(variants: readonly VariantResult[], metric: string): string {
  const rows = variants.map(({ label, n, mean, standard_deviation: deviation }) => [
    escapeMarkdown(label),
    String(n),
    scoreText(metric, mean),
    scoreText(metric, deviation),
  ]);
  return [
    ['variant', 'n', `mean ${escapeMarkdown(titledMetric(metric))}`, 'sd'],
    ['---', '---:', '---:', '---:'],
    ...rows,
  ]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

/** In the unit of the metric, like the answer above: an accuracy in percent. */
function scoreText(metric: string, value: number | null): string {
  if (value === null) return '';
  const unit = unitOf(metric);
  return unit.factor === 100 ? inUnit(value, unit).toFixed(2) : value.toPrecision(4);
}

/** A label may hold what Markdown reads as its own, or control characters. */
function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*_[\]<>|#~]/g, '\\$&')
    .replaceAll(/\r?\n/g, ' ');
}
