import { contextOf, element } from './elements.js';
import type { Answer, ModelDescription } from './model.js';

/** Waits for a drawing. */
export function showNothing({ height, width }: ModelDescription): void {
  element('answer', HTMLElement).textContent = 'Draw something.';
  element('probabilities', HTMLElement).replaceChildren();
  // Its size, set anew, empties a canvas.
  Object.assign(element('seen', HTMLCanvasElement), { width, height });
}

/** Shows the probabilities as bars, in the order of the classes; of many classes the most probable. */
const MOST_SHOWN = 10;

export function showAnswer({ classes }: ModelDescription, { probabilities }: Answer): void {
  const ranked = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const [best] = ranked;
  element('answer', HTMLElement).textContent = `${classes[best]} (${percent(probabilities[best])})`;
  const shown = ranked.slice(0, MOST_SHOWN).sort((a, b) => a - b);
  element('probabilities', HTMLElement).replaceChildren(
    ...shown.map((index) => probabilityBar(classes[index], probabilities[index])),
  );
}

function probabilityBar(name: string, probability: number): HTMLLIElement {
  const item = document.createElement('li');
  const label = document.createElement('span');
  label.textContent = name;
  const bar = Object.assign(document.createElement('progress'), { max: 1, value: probability });
  bar.setAttribute('aria-label', name);
  const value = document.createElement('span');
  value.className = 'percent';
  value.textContent = percent(probability);
  item.append(label, bar, value);
  return item;
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
