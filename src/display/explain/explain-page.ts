import sharp from 'sharp';
import { type Markup, markup } from '../../report/page/markup.js';
import type { LayerMaps, NumberMap } from '../../explanation/task.js';
import { type ValueName, greatestClasses } from '../../inference/class-values.js';
import { type Picture, divergingOf, grayOf, pictureOf } from './explain-colors.js';
import { type ExplainedPicture, columnsOf, layerTitle, saidText } from './explain-picture.js';

/** Classes whose values are shown. */
const SHOWN_CLASSES = 5;

/** Everything of `drawExplanations`, larger and with what it means, as one HTML page that needs nothing else. */
export async function explanationPage(explained: ExplainedPicture, title: string): Promise<string> {
  const sections = await Promise.all(explained.names.map((_, index) => imageSection(explained, index)));
  const { filters } = explained.answer;
  const last = filters && (await layerFigures('Filters', filters, divergingOf));
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Where ${title} looks – Ablate</title>
        <style>
          body { margin: auto; max-width: 62rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
          .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 1.5rem 1rem; }
          .maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(4rem, 1fr)); gap: 0.5rem; }
          figure { margin: 0; }
          img { display: block; width: 100%; image-rendering: pixelated; outline: 1px solid #8885; }
          figcaption { margin-top: 0.4rem; font-size: 0.875rem; }
          strong { display: block; }
        </style>
      </head>
      <body>
        <h1>Where ${title} looks</h1>
        <p>What this model’s answer depends on, not whether that is right. Each picture has a scale of its own.</p>
        ${sections} ${last ?? null}
      </body>
    </html> `;
  return page.text;
}

async function imageSection(
  { names, images, height, width, classes, valueName, answer }: ExplainedPicture,
  index: number,
): Promise<Markup> {
  const explained = answer.images[index];
  const { values, classIndex, featureMaps } = explained;
  const image = pictureOf(images[index], height, width);
  const figures = columnsOf(answer).map(async ({ title, meaning, draw }) => {
    const picture = draw(image, explained);
    return picture
      ? markup`<figure>
          ${await imageElement(picture, `${title} of ${names[index]}`)}
          <figcaption><strong>${title}</strong> ${meaning(valueName)}</figcaption>
        </figure>`
      : null;
  });
  const why = classIndex === values.indexOf(Math.max(...values)) ? '' : `, explained: ${classes[classIndex]}`;
  return markup`<section>
    <h2>${names[index]}</h2>
    <p>${greatest(values, classes, valueName)}${why}</p>
    <div class="pictures">${await Promise.all(figures)}</div>
    ${featureMaps ? await layerFigures('Feature maps', featureMaps, grayOf) : null}
  </section>`;
}

/** `7 (99.84 %), 9 (0.07 %)`: of probabilities those that round to more than nothing. */
function greatest(values: Float32Array, classes: string[], name: ValueName): string {
  return greatestClasses(values, 0, classes, SHOWN_CLASSES)
    .filter(({ value }, rank) => rank === 0 || name === 'output' || value >= 0.00005)
    .map((each) => `${each.class} (${saidText(name, each.value)})`)
    .join(', ');
}

async function layerFigures(name: string, layer: LayerMaps, color: (map: NumberMap) => Picture): Promise<Markup> {
  const title = layerTitle(name, layer);
  const pictures = layer.maps.map((map, index) => imageElement(color(map), `${name} of ${layer.layer}: ${index + 1}`));
  return markup`<h3>${title}</h3>
    <div class="maps">${await Promise.all(pictures)}</div>`;
}

async function imageElement({ width, height, pixels }: Picture, description: string): Promise<Markup> {
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return markup`<img src="data:image/png;base64,${png.toString('base64')}" alt="${description}" />`;
}
