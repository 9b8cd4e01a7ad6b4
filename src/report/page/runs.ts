import type { Study, StudyRun } from '../../study/study.js';
import { shortKey, valueLabel } from '../../config/sweep-label.js';
import { durationText, numberText } from '../numbers.js';
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
      caption: 'Every run: of its configuration, what differs from other runs',
      columns: columnsOf(study, rows),
      rows,
      classOf: ({ status }) => (status === 'FINISHED' ? '' : 'left-out'),
    })}
    ${errorList(rows)}
  </section>`;
}

function columnsOf({ metric }: Study, rows: readonly StudyRun[]): TableColumn<StudyRun>[] {
  const metrics = OTHER_METRICS.filter((name) => name !== metric.name && rows.some((row) => name in row.metrics));
  return [
    { title: 'Run', text: ({ id }) => markup`<code>${id}</code>` },
    { title: 'Status', text: ({ status }) => status },
    number('Seed', ({ seed }) => seed, String),
    number(metric.name, ({ value }) => value),
    ...metrics.map((name) => number(name, ({ metrics: measured }) => measured[name] ?? null)),
    number('Epochs', ({ epochs }) => epochs),
    number('Training', ({ trainingSeconds }) => trainingSeconds, durationText),
    number('Images/s', ({ samplesPerSecond }) => Math.round(samplesPerSecond)),
    ...differenceColumns(rows),
  ];
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
