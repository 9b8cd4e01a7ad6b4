// Writes docs/answers.md from the sweeps of a runs folder that ask a question: the newest finished one of each.
// `npm run answers -- RUNS_DIRECTORY`, after `ablate run experiments/faq --runs-dir RUNS_DIRECTORY`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { buildIfStale } from './build.js';

await buildIfStale();

/** @type {(module: string) => Promise<unknown>} */
const load = (module) => import(new URL(`../dist/${module}`, import.meta.url).href);
const store = /** @type {typeof import('../src/sweep/sweep-state.js')} */ (await load('sweep/sweep-state.js'));
const study = /** @type {typeof import('../src/study/gather-study.js')} */ (await load('study/gather-study.js'));
const report = /** @type {typeof import('../src/report/answers.js')} */ (await load('report/answers.js'));

const runs = process.argv[2] ?? 'runs';
const page = fileURLToPath(new URL('../docs/answers.md', import.meta.url));
const states = await store.readSweepStates(runs);
const asked = states.filter(({ begun, status }) => begun.question !== null && status === 'FINISHED');
// Of a sweep that was run again the newest counts: later ones replace earlier ones of their name.
const newest = new Map(asked.map((state) => [state.begun.name, state.sweep.id]));
const studies = [];
for (const id of [...newest.values()].sort()) studies.push(await study.gatherStudy(runs, [id]));
const options = { ...(await resolveConfig(page)), parser: 'markdown' };
writeFileSync(page, await format(report.renderAnswers(studies), options));
