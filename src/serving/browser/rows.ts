import { watchDrift } from './drift.js';
import { element } from './elements.js';
import { type Field, type JsonCell, fieldOf } from './fields.js';
import {
  type RowPrediction,
  type RowsModel,
  showNoPrediction,
  showPrediction,
  showRowsModel,
  showWarnings,
} from './predictions.js';

/** What the server answers: a prediction for each row; or why there is none. */
interface Answer {
  predictions?: RowPrediction[];
  warnings?: string[];
  error?: { message: string; hint?: string };
}

/** A row of the model's own data. */
interface Sample {
  truth: string;
  row: Record<string, JsonCell>;
}

/** Words of a text of which what each adds is asked for: each takes the server another answer. */
const MOST_WORDS = 300;

/** The page's start: a row is filled in, the server answers. */
async function main(): Promise<void> {
  void watchDrift();
  const model = (await (await fetch('/model')).json()) as RowsModel;
  showRowsModel(model);
  const fields = model.inputs.map(fieldOf);
  element('fields', HTMLElement).replaceChildren(...fields.map((field) => field.element));
  const form = element('row', HTMLFormElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    answer(model, fields).catch(showError);
  });
  form.addEventListener('reset', () => {
    for (const { write } of fields) write(null);
    showNoPrediction('Fill in a row.');
  });
  await offerSamples(model, fields);
}

/** @param truth what is true of the row, where that is known */
async function answer(model: RowsModel, fields: readonly Field[], truth?: string): Promise<void> {
  const row = Object.fromEntries(fields.map(({ name, read }) => [name, read()]));
  const response = await fetch(`/predict${explainOf(model, row)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows: [row] }),
  });
  const { predictions, warnings, error } = (await response.json()) as Answer;
  if (!predictions)
    throw new Error([error?.message ?? 'the server has failed', error?.hint].filter(Boolean).join('; '));
  showPrediction(model, predictions[0]);
  showWarnings(warnings ?? []);
  const line = element('truth', HTMLElement);
  line.hidden = truth === undefined;
  line.textContent = `True of this row: ${truth ?? ''}`;
}

/** Of a text that isn't long, what its words add. */
function explainOf({ inputs, target }: RowsModel, row: Record<string, JsonCell>): string {
  const [input, ...others] = inputs;
  if (others.length > 0 || input.type !== 'text' || target.type === 'multi_label') return '';
  return String(row[input.name] ?? '').split(/\s+/).length > MOST_WORDS ? '' : '?explain=words';
}

/** Shows rows of the model's own data, if the server gives any: one is filled in and answered by a press. */
async function offerSamples(model: RowsModel, fields: readonly Field[]): Promise<void> {
  const samples = (await (await fetch('/assets/samples.json')).json()) as Sample[];
  const block = element('samples', HTMLElement);
  block.hidden = samples.length === 0;
  const buttons = samples.map(({ truth, row }) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: shortened(truth) });
    button.addEventListener('click', () => {
      for (const { name, write } of fields) write(row[name]);
      answer(model, fields, truth).catch(showError);
    });
    return button;
  });
  block.querySelector('.buttons')?.replaceChildren(...buttons);
}

function shortened(text: string): string {
  return text.length > 30 ? `${text.slice(0, 29)}…` : text;
}

function showError(error: unknown): void {
  showNoPrediction(error instanceof Error ? error.message : String(error));
}

main().catch(showError);
