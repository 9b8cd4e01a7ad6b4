import { shortKey, valueLabel } from '../config/sweep-label.js';
import { halfWidthOf, inDigitsOf, intervalText, pValueText, shareText } from './numbers.js';
import { referenceOf, variantRows, type VariantRow } from './variant-rows.js';
import type { Study } from '../study/study.js';

/** A table as text; numbers stand at the right. */
export interface TextTable {
  columns: { title: string; align?: 'right' }[];
  rows: string[][];
}

const right = 'right' as const;

/** The variants, the best first. */
export function variantTable(study: Study): TextTable {
  const against = study.answer?.baseline ? 'baseline' : 'best';
  const rows = variantRows(study);
  const isSequential = study.answer?.judgement.sequential === true;
  const isLeftOut = rows.some(({ leftOut }) => leftOut.failed + leftOut.pruned > 0);
  return {
    columns: [
      { title: 'variant' },
      { title: 'n', align: right },
      { title: study.metric.name, align: right },
      { title: 'sd', align: right },
      { title: 'median', align: right },
      { title: '95 % interval', align: right },
      { title: `less ${against}`, align: right },
      { title: isSequential ? 'sequential interval' : '95 % interval', align: right },
      { title: 'p (adjusted)', align: right },
      { title: 'effect', align: right },
      ...(isLeftOut ? [{ title: 'left out' }] : []),
    ],
    rows: rows.map((row) => [...variantCells(row), ...(isLeftOut ? [leftOutText(row)] : [])]),
  };
}

function variantCells({ variant, description, interval, comparison }: VariantRow): string[] {
  const digits = halfWidthOf(interval);
  const between = halfWidthOf(comparison?.interval ?? null);
  return [
    variant.name,
    String(description?.n ?? 0),
    inDigitsOf(description?.mean, digits),
    inDigitsOf(description?.standardDeviation, description?.standardDeviation ?? null),
    inDigitsOf(description?.median, digits),
    intervalText(interval),
    inDigitsOf(comparison?.difference, between),
    intervalText(comparison?.interval ?? null),
    pValueText(comparison?.pValue ?? null),
    inDigitsOf(comparison?.effect, 0.5),
  ];
}

/** Why runs of a variant have no value. */
export function leftOutText({ leftOut: { failed, pruned } }: Pick<VariantRow, 'leftOut'>): string {
  return [failed > 0 && `${failed} failed`, pruned > 0 && `${pruned} pruned`].filter(Boolean).join(', ');
}

/** The levels of each factor, all others averaged over; null where fewer than two vary. */
export function factorTable({ factors, metric }: Study): TextTable | null {
  if (factors.length < 2) return null;
  const keys = factors.map(({ key }) => key);
  return {
    columns: [
      { title: 'factor' },
      { title: 'level' },
      { title: 'runs', align: right },
      { title: metric.name, align: right },
      { title: '95 % interval', align: right },
      { title: 'importance', align: right },
      { title: 'p', align: right },
    ],
    rows: factors.flatMap(({ key, levels, importance, pValue }) =>
      levels.map(({ value, n, mean, interval }, i) => [
        i === 0 ? shortKey(key, keys) : '',
        valueLabel(value),
        String(n),
        inDigitsOf(mean, halfWidthOf(interval && [interval.lower, interval.upper])),
        intervalText(interval && [interval.lower, interval.upper]),
        i === 0 ? shareText(importance) : '',
        i === 0 ? pValueText(pValue) : '',
      ]),
    ),
  };
}

/** How far two factors depend on each other; null where that isn't known. */
export function interactionTable({ interactions, factors }: Study): TextTable | null {
  if (interactions.length === 0) return null;
  const keys = factors.map(({ key }) => key);
  return {
    columns: [{ title: 'interaction' }, { title: 'importance', align: right }, { title: 'p', align: right }],
    rows: interactions.map(({ factors: pair, importance, pValue }) => [
      pair.map((key) => shortKey(key, keys)).join(' × '),
      shareText(importance),
      pValueText(pValue),
    ]),
  };
}

/** What the numbers of the tables are, in sentences. */
export function tableNotes(study: Study): string[] {
  const { answer } = study;
  if (!answer) return [];
  const isSequential = answer.judgement.sequential;
  return [
    `Compared with ${referenceOf(study)}, seed by seed; p-values are adjusted for all comparisons (Holm), intervals are not` +
      `${isSequential ? ', and both hold however many seeds were added' : ''}; the effect is Hedges’ g_z.`,
  ];
}

/** Two single models of the same test set, in a sentence; null where there is no such pair. */
export function modelSentence({ models }: Study): string | null {
  if (!models) return null;
  const { first, second, agreement, test } = models;
  return (
    `These two models: only ${first} is right on ${agreement.onlyFirst} test images, only ${second} on ${agreement.onlySecond} ` +
    `(accuracy ${inDigitsOf(test.accuracyDifference, halfWidthOf(test.interval))}, 95 % interval ${intervalText(test.interval)}; ` +
    `exact McNemar test: p ${test.pValue < 0.001 ? '' : '= '}${pValueText(test.pValue)}). With other seeds they would be other models.`
  );
}
