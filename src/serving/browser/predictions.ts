import { element } from './elements.js';
import type { InputDescription } from './fields.js';
import { probabilityBar, valueRow } from './value-row.js';

/** What the server says of a model of rows (`/model`). */
export interface RowsModel {
  name: string;
  inputs: InputDescription[];
  target: { name: string; type: string; classes: string[]; columns?: string[]; thresholds?: Record<string, number> };
  /** What it says of each class: probabilities, or mere outputs. */
  values: 'probability' | 'output';
  /** What its test came to. */
  test: ({ rows: number } & Record<string, number>) | null;
}

interface Ranked {
  class: string;
  probability?: number;
  output?: number;
}

/** What the server says of a row. */
export interface RowPrediction {
  top?: Ranked[];
  labels?: string[];
  probabilities?: Record<string, number>;
  outputs?: Record<string, number>;
  value?: number;
  values?: Record<string, number>;
  /** What each word of its text adds. */
  words?: { word: string; effect: number }[];
}

const MOST_SHOWN = 10;
const MOST_NAMED = 20;

/** Says what the model is, and how good. */
export function showRowsModel({ name, inputs, target, test }: RowsModel): void {
  const { classes } = target;
  const named = classes.length > MOST_NAMED ? `${classes.slice(0, MOST_NAMED).join(', ')} …` : classes.join(', ');
  const score = test ? scoreText(test) : undefined;
  const columns = inputs.map((input) => input.name).join(', ');
  const what = classes.length > 0 ? `${target.name} (${named})` : target.name;
  element('name', HTMLElement).textContent = name;
  element('about', HTMLElement).textContent =
    `Predicts ${what} of ${columns}${score === undefined ? '' : `; ${score}`}.`;
  document.title = `${name}: ${target.name} – Ablate`;
}

/** By the score that such a target is judged by first. */
function scoreText(test: NonNullable<RowsModel['test']>): string | undefined {
  const rows = `${test.rows.toLocaleString('en')} test rows`;
  if ('mean_absolute_error' in test) return `off by ${numberText(test.mean_absolute_error)} on average, over ${rows}`;
  if ('micro_f1_score' in test) return `micro F1 ${percent(test.micro_f1_score)} of ${rows}`;
  return 'accuracy' in test ? `right in ${percent(test.accuracy)} of ${rows}` : undefined;
}

/** Shows what the model says of a row. */
export function showPrediction(model: RowsModel, prediction: RowPrediction): void {
  const [text, rows] = told(model, prediction);
  element('answer', HTMLElement).textContent = text;
  element('values', HTMLElement).replaceChildren(...rows);
  showWords(prediction.words ?? []);
}

/** Waits for a row. @param text why nothing is shown */
export function showNoPrediction(text: string): void {
  element('answer', HTMLElement).textContent = text;
  element('values', HTMLElement).replaceChildren();
  element('truth', HTMLElement).hidden = true;
  showWords([]);
  showWarnings([]);
}

/** What whoever asked should know. */
export function showWarnings(warnings: readonly string[]): void {
  const items = warnings.map((warning) => Object.assign(document.createElement('li'), { textContent: warning }));
  element('warnings', HTMLElement).replaceChildren(...items);
}

function told(model: RowsModel, prediction: RowPrediction): [text: string, rows: HTMLLIElement[]] {
  const { target } = model;
  if (prediction.value !== undefined) return [`${target.name}: ${numberText(prediction.value)}`, []];
  if (prediction.values) {
    const rows = Object.entries(prediction.values).map(([name, value]) => valueRow(name, '', numberText(value)));
    return [`${target.name}:`, rows];
  }
  if (prediction.top) return classes(model, prediction.top);
  return labels(model, prediction);
}

/** In the order of the classes; of many those with the greatest values. */
function classes(model: RowsModel, top: readonly Ranked[]): [string, HTMLLIElement[]] {
  const { classes: order, thresholds = {} } = model.target;
  const valueOf = ({ probability, output }: Ranked): number => probability ?? output ?? NaN;
  const [best] = top;
  const shown = top.slice(0, MOST_SHOWN).sort((a, b) => order.indexOf(a.class) - order.indexOf(b.class));
  const rows = shown.map((each) => barRow(model, each.class, valueOf(each), thresholds[each.class]));
  return [`${best.class} (${valueText(model, valueOf(best))})`, rows];
}

function labels(
  model: RowsModel,
  { labels: applying = [], probabilities, outputs }: RowPrediction,
): [string, HTMLLIElement[]] {
  const { thresholds = {}, classes: order } = model.target;
  const values = Object.entries(probabilities ?? outputs ?? {}).slice(0, 3 * MOST_SHOWN);
  values.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const rows = values.map(([name, value]) => {
    const row = barRow(model, name, value, thresholds[name]);
    row.classList.toggle('applies', applying.includes(name));
    return row;
  });
  return [applying.join(', ') || 'none', rows];
}

/** @param threshold above which it is taken for yes, told where it isn't the half */
function barRow(model: RowsModel, name: string, value: number, threshold = 0.5): HTMLLIElement {
  const row = valueRow(
    name,
    model.values === 'probability' ? probabilityBar(name, value) : '',
    valueText(model, value),
  );
  if (threshold !== 0.5) row.title = `taken for yes above ${percent(threshold)}`;
  return row;
}

/** The words of a text, each the more coloured the more it adds or takes. */
function showWords(words: NonNullable<RowPrediction['words']>): void {
  const block = element('words', HTMLElement);
  block.hidden = words.length === 0;
  const most = Math.max(1e-12, ...words.map(({ effect }) => Math.abs(effect)));
  const spans = words.flatMap(({ word, effect }) => {
    const span = Object.assign(document.createElement('span'), { className: 'word', textContent: word });
    span.style.setProperty('--share', (Math.abs(effect) / most).toFixed(2));
    span.classList.add(effect < 0 ? 'against' : 'for');
    span.title = `${effect < 0 ? '−' : '+'}${numberText(Math.abs(effect))}`;
    return [span, ' '];
  });
  block.querySelector('p')?.replaceChildren(...spans);
}

function valueText({ values }: RowsModel, value: number): string {
  return values === 'probability' ? percent(value) : value.toFixed(4);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Five digits. */
function numberText(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 5 });
}
