import { type Markup, markup } from '../../report/page/markup.js';
import type { ValueName } from '../../inference/class-values.js';
import { colors as pc, visibleLine } from '../../text/visible.js';
import { valueText } from '../format.js';
import { formatTable } from '../tables/table.js';
import { wrapped } from '../wrapped.js';

/** A text, and what each of its words means to a model. */
export interface ExplainedText {
  text: string;
  words: string[];
  /** The class that is explained, and what the model holds of it. */
  class: string;
  value: number;
  /** Of each word, how much more that is with it than without it. */
  effects: number[];
}

/** Words that are named in a terminal. */
const NAMED = 6;

/** For people: the text with its telling words coloured, then these with what leaving them out costs. */
export function explainedTexts(explained: readonly ExplainedText[], value: ValueName): string {
  return explained.map((each) => oneText(each, value)).join('\n');
}

function oneText({ words, effects, value, class: name }: ExplainedText, valueName: ValueName): string {
  const scale = greatest(effects);
  const shown = words.map((word, index) => coloured(visibleLine(word), effects[index] / scale));
  const order = [...words.keys()].sort((a, b) => Math.abs(effects[b]) - Math.abs(effects[a])).slice(0, NAMED);
  const cells = order.map((index) => [words[index], changeText(effects[index], valueName)]);
  const table = formatTable([{ title: 'WORD' }, { title: `${name} WITH IT`, align: 'right' }], cells);
  return `${pc.bold(name)}  ${valueText(valueName, value)}\n${wrapped(shown.join(' '), '  ')}${cells.length > 0 ? table : ''}`;
}

function coloured(word: string, share: number): string {
  if (share >= 0.25) return pc.red(share >= 0.6 ? pc.bold(word) : word);
  return share <= -0.25 ? pc.cyan(share <= -0.6 ? pc.bold(word) : word) : word;
}

/** Of probabilities in percentage points: `+12.3`. */
function changeText(effect: number, value: ValueName): string {
  const change = value === 'probability' ? 100 * effect : effect;
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(value === 'probability' ? 1 : 3)}`;
}

function greatest(effects: readonly number[]): number {
  return effects.reduce((most, effect) => Math.max(most, Math.abs(effect)), 0) || 1;
}

/** All values, as one JSON document. */
export function explainedTextsJson(explained: readonly ExplainedText[], run: string, value: ValueName): string {
  const texts = explained.map(({ text, words, class: name, value: held, effects }) => ({
    ...{ text, class: name, [value]: held },
    words: words.map((word, index) => ({ word, effect: effects[index] })),
  }));
  return `${JSON.stringify({ run, texts }, undefined, 2)}\n`;
}

/** The same as a page that needs nothing else: red speaks for the class, blue against it. */
export function explainedTextsPage(explained: readonly ExplainedText[], title: string, value: ValueName): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>What ${title} reads – Ablate</title>
        <style>
          body { margin: auto; max-width: 48rem; padding: 1rem; font: 1.125rem/2 system-ui, sans-serif; color: #111; background: #fff; }
          .word { padding: 0.15em 0.2em; border-radius: 0.2em; }
        </style>
      </head>
      <body>
        <h1>What ${title} reads</h1>
        <p>Red words speak for the class: without them the model holds less of it. Blue words speak against it. Each text has a scale of its own.</p>
        ${explained.map((each) => textSection(each, value))}
      </body>
    </html> `.text;
}

function textSection({ words, effects, class: name, value: held }: ExplainedText, value: ValueName): Markup {
  const scale = greatest(effects);
  const spans = words.map((word, index) => {
    const share = effects[index] / scale;
    const alpha = (0.75 * Math.abs(share)).toFixed(2);
    const style = `background: rgba(${share < 0 ? '60, 120, 220' : '220, 50, 40'}, ${alpha})`;
    return markup`<span class="word" style="${style}" title="${changeText(effects[index], value)}">${word}</span> `;
  });
  return markup`<h2>${name}: ${valueText(value, held)}</h2>
    <p>${spans}</p>`;
}
