import { halfWidthOf, inDigitsOf, pValueText } from '../text/digits.js';
import { titledMetric } from '../text/metric-unit.js';
import type { AcrossStudy, Study } from '../study/study.js';
import { columnOf } from './numbers.js';
import { chanceTable } from './chance.js';
import { intervalColumn, type TextTable, variantTable } from './tables.js';
import { variantNames } from './variant-names.js';
import { referenceOf, variantRows } from './variant-rows.js';

const RIGHT = 'right' as const;

/** What a study is about, in one table: its sources of chance, or its variants on all datasets, or on the one. */
export function mainTable(study: Study): TextTable {
  return chanceTable(study) ?? acrossTable(study) ?? variantTable(study);
}

/** The variants over several datasets, the best mean first, with their mean on each; null of a study of one dataset. */
export function acrossTable(study: Study): TextTable | null {
  const { across, metric } = study;
  if (!across) return null;
  const rows = variantRows(study);
  const { titles, cellsOf } = variantNames(study);
  const own = rows.map(({ variant }) => across.variants.find(({ name }) => name === variant.name));
  const onDataset = across.datasets.map((_, i) =>
    columnOf(
      own.map((each) => each?.means[i]),
      [],
    ),
  );
  const means = columnOf(
    rows.map(({ description }) => description?.mean),
    [],
  );
  const differences = columnOf(
    rows.map(({ comparison }) => comparison?.difference),
    rows.map(({ comparison }) => halfWidthOf(comparison?.interval ?? null)),
  );
  const ranges = intervalColumn(rows.map(({ comparison }) => comparison?.interval ?? null));
  const middle = columnOf(
    own.map((each) => each?.interquartileMean?.value),
    own.map((each) => halfWidthOf(each?.interquartileMean?.interval ?? null)),
  );
  const scale = across.isRelative ? `${metric.name} (relative)` : titledMetric(metric.name);
  return {
    columns: [
      ...titles.map((title) => ({ title, rank: 0 })),
      { title: scale, align: RIGHT, rank: 0 },
      ...across.datasets.map((title) => ({ title, align: RIGHT, rank: 3 })),
      { title: `less ${study.answer?.baseline ? 'baseline' : 'best'}`, align: RIGHT, rank: 1 },
      { title: 'interval', align: RIGHT, rank: 2 },
      { title: 'p (adjusted)', align: RIGHT, rank: 4 },
      { title: 'rank', align: RIGHT, rank: 5 },
      { title: 'iqm', align: RIGHT, rank: 6 },
    ],
    rows: rows.map(({ variant, comparison }, i) => [
      ...cellsOf(variant),
      means[i],
      ...onDataset.map((column) => column[i]),
      differences[i],
      ranges[i],
      pValueText(comparison?.pValue ?? null),
      inDigitsOf(own[i]?.averageRank, null, 3),
      middle[i],
    ]),
  };
}

/** How to read the table of several datasets. */
export function acrossNote(study: Study): string {
  const reference = variantNames(study).short(referenceOf(study));
  return (
    `Each dataset counts the same: a variant’s value is the mean of its means on them. Compared with ${reference}, dataset by dataset; p-values and intervals are adjusted ` +
    'for all comparisons. Rank: the mean of its ranks on the datasets. IQM: the mean of the middle half of all runs.'
  );
}

/** What each dataset says by itself, a sentence each. */
export function datasetSentences({ studies }: AcrossStudy): string[] {
  return studies.map(({ dataset, study }) => `${dataset}: ${study.answer?.sentence ?? 'there is nothing to compare.'}`);
}
