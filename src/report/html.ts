import { createHash } from 'node:crypto';
import { visible } from '../text/visible.js';
import type { Study } from '../study/study.js';
import { inUnits } from './in-units.js';
import { answerSection } from './page/answer.js';
import { acrossVariants, datasetAnswers } from './page/across.js';
import { chanceSources } from './page/chance.js';
import { comparisonTable, variantTable } from './page/comparisons.js';
import { figureList } from './page/figures.js';
import { markup, Markup, type Content } from './page/markup.js';
import { misclassifiedImages } from './page/misclassified.js';
import { labelScores, worstRows } from './page/tested-rows.js';
import { originSection } from './page/origin.js';
import { runsSection } from './page/runs.js';
import { cssVariables } from './plots/palette.js';
import { figuresOf } from './plots/plots.js';
import { readText } from '../system/regular-file.js';

/** A part of the page: its heading's id, the heading, what follows. */
type Section = [id: string, title: string, contents: Content[]];

/**
 * A study as one HTML page that needs nothing else: styles, script, plots and images are in it, and by its content
 * security policy it can load nothing. Readable without scripts, too; those sort, filter and show what is pointed at.
 */
export async function renderHtml(measured: Study): Promise<string> {
  const study = inUnits(measured);
  const [style, script] = await Promise.all(['style.css', 'main.js'].map(readBuilt));
  const scriptHash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'`;
  const sections = sectionsOf(study).filter(([, , contents]) => contents.some((content) => content !== null));
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="Ablate ${study.origin.versions.ablate}" />
        <title>${study.question ?? study.title} – Ablate</title>
        <style>${new Markup(colorStyles() + style)}</style>
      </head>
      <body>
        <a class="skip" href="#answer">Skip to the answer</a>
        <header>
          <p class="title">${study.question === null ? 'Comparison' : study.title}</p>
          <h1>${study.question ?? study.title}</h1>
          ${contentsList(sections)}
        </header>
        <main>
          ${answerSection(study)} ${sections.map(sectionMarkup)} ${runsSection(study)} ${originSection(study)}
        </main>
        <footer>Made by Ablate ${study.origin.versions.ablate}.</footer>
        <div id="tip" role="tooltip" hidden></div>
        <script>${new Markup(script)}</script>
      </body>
    </html> `;
  return visible(page.text);
}

/** The same file for the program as built and for tests of its source. */
function readBuilt(name: string): Promise<string> {
  return readText(new URL(`../../dist/report/browser/${name}`, import.meta.url));
}

function colorStyles(): string {
  return `:root { ${cssVariables('light')} }
@media screen and (prefers-color-scheme: dark) { :root { ${cssVariables('dark')} } }
`;
}

function sectionsOf(study: Study): Section[] {
  const { chance, variants, datasets, curves, choices, cost, errors } = figuresOf(study);
  return [
    ['chance', 'Sources of chance', [figureList(chance), chanceSources(study)]],
    [
      'variants',
      'Variants',
      [
        figureList(variants),
        ...(study.across ? [acrossVariants(study)] : [variantTable(study), comparisonTable(study)]),
      ],
    ],
    ['datasets', 'Datasets', [datasetAnswers(study), figureList(datasets)]],
    ['choices', 'Choices', [figureList(choices)]],
    ['curves', 'Learning curves', [figureList(curves)]],
    ['cost', 'Cost', [figureList(cost)]],
    ['errors', 'Errors', [figureList(errors), labelScores(study), misclassifiedImages(study), worstRows(study)]],
  ];
}

function sectionMarkup([id, title, contents]: Section): Markup {
  return markup`<section id="section-${id}" aria-labelledby="title-${id}">
    <h2 id="title-${id}">${title}</h2>
    ${contents}
  </section>`;
}

function contentsList(sections: readonly Section[]): Markup {
  const links = [
    ['answer', 'Answer'],
    ...sections.map(([id, title]) => [`section-${id}`, title]),
    ['runs', 'Runs'],
    ['origin', 'How to repeat it'],
  ];
  return markup`<nav aria-label="Contents">
    <ul>
      ${links.map(([id, title]) => markup`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
  </nav>`;
}
