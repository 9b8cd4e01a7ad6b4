import type { Study, StudyRun } from '../../study/study.js';
import { shortKey, valueLabel } from '../../config/sweep/label.js';
import { counted, durationText, shortId } from '../../text/words.js';
import { titledMetric } from '../../text/metric-unit.js';
import { columnOf, numberText } from '../numbers.js';
import { markup, type Content } from './markup.js';
import { tableMarkup, type TableColumn } from './table.js';

/** Other metrics shown besides the study's own. */
const OTHER_METRICS = ['val_accuracy', 'val_loss', 'test_accuracy', 'test_loss'];

/** Every run, with only what differs in its configuration. */
export function runsSection(study: Study): Content {
  const rows = study.variants.flatMap(({ runs }) => runs);
  if (rows.length === 0) return null;
  return markup`<section id="runs" aria-labelledby="runs-title">
    <h2 id="runs-title">Runs</h2>
    <p class="filter" hidden>
      <label>Filter <input type="search" data-filters="runs-table" placeholder="FINISHED max" /></label>
      <span role="status"></span>
      <span class="hint">Press <kbd>/</kbd> to filter, <kbd>Tab</kbd> and <kbd>Enter</kbd> to sort.</span>
    </p>
    ${tableMarkup({
      id: 'runs-table',
      caption: `${counted(rows.length, 'run')}: of each configuration, what differs from other runs`,
      columns: columnsOf(study, rows),
      rows,
      classOf: ({ status }) => (status === 'FINISHED' ? '' : 'left-out'),
    })}
    ${errorList(rows)}
  </section>`;
}

/** What was varied comes first, then what it came to: a reader looks for a configuration and its score. */
function columnsOf({ metric }: Study, rows: readonly StudyRun[]): TableColumn<StudyRun>[] {
  const metrics = OTHER_METRICS.filter((name) => name !== metric.name && rows.some((row) => name in row.metrics));
  return [
    ...differenceColumns(rows),
    number('Seed', ({ seed }) => seed, String),
    measured(metric.name, rows, ({ value }) => value),
    ...metrics.map((name) => measured(name, rows, ({ metrics: own }) => own[name] ?? null)),
    number('Training', ({ trainingSeconds }) => trainingSeconds, durationText),
    number('Epochs', ({ epochs }) => epochs),
    number('Images/s', ({ samplesPerSecond }) => Math.round(samplesPerSecond)),
    { title: 'Status', text: ({ status }) => markup`<span class="word">${status}</span>` },
    { title: 'Run', text: ({ id }) => markup`<code title="${id}">${shortId(id)}</code>` },
  ];
}

/** A metric, with its unit in the title and the same decimals in every row. */
function measured(
  metric: string,
  rows: readonly StudyRun[],
  value: (row: StudyRun) => number | null,
): TableColumn<StudyRun> {
  const texts = columnOf(rows.map(value), []);
  return { title: titledMetric(metric), text: (row) => texts[rows.indexOf(row)], value };
}

function differenceColumns(rows: readonly StudyRun[]): TableColumn<StudyRun>[] {
  const keys = [...new Set(rows.flatMap(({ differences }) => Object.keys(differences)))];
  return keys.map((key): TableColumn<StudyRun> => {
    const title = shortKey(key, keys);
    const isNumeric = rows.every(({ differences }) => typeof (differences[key] ?? 0) === 'number');
    const text = ({ differences }: StudyRun) => (key in differences ? valueLabel(differences[key]) : '—');
    if (!isNumeric) return { title, text };
    return { title, text, value: ({ differences }) => (key in differences ? Number(differences[key]) : null) };
  });
}

function number(
  title: string,
  value: (row: StudyRun) => number | null,
  text: (value: number) => string = numberText,
): TableColumn<StudyRun> {
  const textOf = (known: number | null) => (known === null ? '' : text(known));
  return { title, text: (row) => textOf(value(row)), value };
}

function errorList(rows: readonly StudyRun[]): Content {
  const failed = rows.filter(({ error }) => error !== null);
  if (failed.length === 0) return null;
  return markup`<details class="errors">
    <summary>Why ${failed.length} of the runs did not finish</summary>
    <ul>
      ${failed.map(({ id, status, error }) => markup`<li><code>${id}</code> ${status}: ${error}</li>`)}
    </ul>
  </details>`;
}
