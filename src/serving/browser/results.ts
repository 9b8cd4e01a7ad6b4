import { contextOf, element } from './elements.js';
import type { Answer, ModelDescription } from './model.js';
import { probabilityBar, valueRow } from './value-row.js';

/** Says what the model is, and how good. */
export function showModel({ name, classes, test }: ModelDescription): void {
  const count = `${classes.length} ${classes.length === 1 ? 'class' : 'classes'}`;
  const named = classes.length > MOST_NAMED ? `${classes.slice(0, MOST_NAMED).join(', ')} …` : classes.join(', ');
  const right = test && `right in ${percent(test.accuracy)} of ${test.images.toLocaleString('en')} test images`;
  element('name', HTMLElement).textContent = name;
  element('about', HTMLElement).textContent = `Tells ${count} apart (${named})${right ? `; ${right}` : ''}.`;
  document.title = `${name}: ${[count, ...(test ? [percent(test.accuracy)] : [])].join(', ')} – Ablate`;
}

/** Waits for a drawing. */
export function showNothing({ height, width }: ModelDescription): void {
  element('answer', HTMLElement).textContent = 'Draw something.';
  element('values', HTMLElement).replaceChildren();
  // Its size, set anew, empties a canvas.
  Object.assign(element('seen', HTMLCanvasElement), { width, height });
}

const MOST_SHOWN = 10;
/** Classes whose names are told of the model. */
const MOST_NAMED = 20;

/**
 * Shows the classes with their values, in the order of the classes; of many classes those with the greatest. Probabilities
 * have bars.
 */
export function showAnswer({ classes, values: name }: ModelDescription, { values }: Answer): void {
  const text = name === 'probability' ? percent : (output: number): string => output.toFixed(4);
  const ranked = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const [best] = ranked;
  element('answer', HTMLElement).textContent =
    `${classes[best]} (${name === 'output' ? 'output ' : ''}${text(values[best])})`;
  const shown = ranked.slice(0, MOST_SHOWN).sort((a, b) => a - b);
  element('values', HTMLElement).replaceChildren(
    ...shown.map((index) => {
      const bar = name === 'probability' ? probabilityBar(classes[index], values[index]) : '';
      return valueRow(classes[index], bar, text(values[index]));
    }),
  );
}

/**
 * Shows the image that the model was given and, over it in red, where it looked.
 * @param pixels 0 to 255, [height, width, channels]
 */
export function showSeen(
  { height, width, channels }: ModelDescription,
  pixels: Float32Array,
  { attention }: Answer,
): void {
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const heat = attention?.[pixel] ?? 0;
    for (let color = 0; color < 3; color++) {
      const value = pixels[pixel * channels + (channels === 3 ? color : 0)];
      image.data[4 * pixel + color] = (1 - 0.6 * heat) * value + (color === 0 ? 0.6 * heat * 255 : 0);
    }
    image.data[4 * pixel + 3] = 255;
  }
  const canvas = element('seen', HTMLCanvasElement);
  Object.assign(canvas, { width, height });
  contextOf(canvas).putImageData(image, 0, 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
