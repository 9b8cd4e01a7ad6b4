import { join } from 'node:path';
import type { Command } from 'commander';
import type { Study } from '../study/study.js';
import type { StudyOptions } from '../study/gather-study.js';
import { numberBetween } from '../launch/options/parsers.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';

/** Images of a report that are taken for another class. */
const SHOWN_IMAGES = 30;

interface Options {
  runsDir: string;
  baseline?: string;
  metric?: string;
  margin?: number;
  alpha?: number;
  markdown?: string;
  csv?: string;
  html?: string;
  plots?: string;
  json?: true;
}

/** Adds `ablate compare` to the program. */
export function registerCompare(program: Command): void {
  program
    .command('compare')
    .description('compare the variants of sweeps, or single runs: intervals, effect sizes, tests, and the answer')
    .argument('[id...]', `sweeps and runs, each ${NAMES} (default: the newest sweep)`)
    .option('--baseline <variant>', 'compare all others with this variant, rather than all with each other')
    .option('--metric <name>', 'compare by this metric (default: the one that the sweep names)')
    .option(
      '--margin <number>',
      'the smallest difference that matters: inside of it there is "no practical difference"',
      numberBetween(0),
    )
    .option('--alpha <number>', 'the chance of a false difference (default: 0.05)', numberBetween(0, 1))
    .option('--markdown <file>', 'write it as Markdown (-: to standard output)')
    .option('--csv <file>', 'write every run as comma-separated values (-: to standard output)')
    .option('--html <file>', 'write it as a page that needs nothing else (-: to standard output)')
    .option('--plots <directory>', 'write every plot as SVG and PNG')
    .addOption(runsDirectoryOption())
    .option('--json', 'print all numbers as JSON')
    .action(compare);
}

async function compare(ids: string[], options: Options): Promise<void> {
  const { gatherStudy } = await import('../study/gather-study.js');
  const { namedOrNewest } = await import('../study/named-or-newest.js');
  const { showStatusLine } = await import('../display/status-line.js');
  const { count } = await import('../display/format.js');
  const status = showStatusLine(process.stderr);
  const study = await gatherStudy(options.runsDir, namedOrNewest(ids, options.runsDir), {
    ...studyOptions(options),
    ...detailsFor(options),
    notesLook: true,
    onProgress: (progress) => {
      if (progress.step === 'runs') status.update(`Reading runs: ${count(progress.done)}`);
      else status.onProgress({ type: 'data-progress', ...progress.progress });
    },
  }).finally(status.clear);
  await print(study, options);
}

/** Only pictures need more of the runs than their summaries. */
function detailsFor({ html, plots }: Options): StudyOptions {
  if (html === undefined && plots === undefined) return {};
  return { curves: true, confusion: true, misclassified: html === undefined ? 0 : SHOWN_IMAGES };
}

function studyOptions({ baseline, metric, margin, alpha }: Options): StudyOptions {
  return { baseline, metric, margin, alpha };
}

/** What is written to standard output stands for the table there. */
async function print(study: Study, { markdown, csv, html, plots, json }: Options): Promise<void> {
  const { renderMarkdown } = await import('../report/markdown.js');
  const { renderCsv } = await import('../report/csv.js');
  const { renderJson } = await import('../report/json.js');
  const { studyText } = await import('../display/compare-text.js');
  if (markdown !== undefined) await writeOrPrint(markdown, renderMarkdown(study), '--markdown');
  if (csv !== undefined) await writeOrPrint(csv, renderCsv(study), '--csv');
  if (html !== undefined) {
    const { renderHtml } = await import('../report/html.js');
    await writeOrPrint(html, await renderHtml(study), '--html');
  }
  if (plots !== undefined) await writePlots(study, plots);
  if (json) process.stdout.write(renderJson(study));
  else if (![markdown, csv, html].includes('-')) process.stdout.write(studyText(study));
}

async function writeOrPrint(file: string, text: string, option: string): Promise<void> {
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  const { sayWritten, writeOutput } = await import('../display/write-output.js');
  await writeOutput(file, text, option);
  sayWritten(file);
}

async function writePlots(study: Study, directory: string): Promise<void> {
  const { renderPlots } = await import('../report/plots/plots.js');
  const { toPng } = await import('../report/plots/png.js');
  const { sayWritten, writeOutput } = await import('../display/write-output.js');
  const { counted } = await import('../text/words.js');
  const plots = renderPlots(study);
  for (const { name, svg } of plots) {
    await writeOutput(join(directory, `${name}.svg`), svg, '--plots');
    await writeOutput(join(directory, `${name}.png`), await toPng(svg), '--plots');
  }
  sayWritten(`${counted(plots.length, 'plot')}, each as SVG and PNG, in ${directory}`);
}
