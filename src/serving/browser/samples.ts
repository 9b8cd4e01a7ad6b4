import type { Drawing } from './drawing.js';
import { element } from './elements.js';
import type { ModelDescription } from './model.js';

/** An image of the model's own data. */
interface Sample {
  class: string;
  /** In base64. */
  png: string;
}

/** Shows the images that the server gives to try the model with, if it gives any: one is opened by a press. */
export async function offerSamples(drawing: Drawing, { background }: ModelDescription): Promise<void> {
  const samples = (await (await fetch('/assets/samples.json')).json()) as Sample[];
  const row = element('samples', HTMLElement);
  row.hidden = samples.length === 0;
  row.replaceChildren(
    ...samples.map(({ class: name, png }) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${png}`;
      picture.alt = name;
      const button = Object.assign(document.createElement('button'), { type: 'button', title: `An image of ${name}` });
      button.append(picture);
      button.addEventListener('click', () => void drawing.open(picture, background));
      return button;
    }),
  );
}
