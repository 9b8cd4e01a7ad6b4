import { formatValue, oneOf } from '../schema/describe.js';
import type {
  SweepConfig,
  SweepNormal,
  SweepParameter,
  SweepRange,
  SweepValues,
} from '../schema/experiment.generated.js';
import { nearestPath, schemasAt } from '../schema/paths.js';
import { formatPath, type Path, type Report } from '../text/problems.js';
import { nearest } from '../text/suggest.js';
import { axesOf } from './axes.js';
import { matches, type Condition } from './conditions.js';
import { checkDatasets } from './datasets.js';
import { endsOf, multiplesOf } from './distributions.js';
import { checkOrthogonal } from './orthogonal.js';
import type { Json } from '../text/tree.js';
import { counted } from '../../text/words.js';

/** Keys that say what an experiment is called and asks, rather than how it trains. */
const NOT_VARIED = ['name', 'description', 'tags', 'extends', 'sweep', 'question', 'tracking'];

/** Finds what can't be meant in a sweep. Whether each of its variants is a valid experiment shows when it is expanded. */
export function checkSweep(sweep: SweepConfig, report: Report): void {
  for (const key of Object.keys(sweep.parameters)) checkKey(key, ['sweep', 'parameters', key], report);
  checkIncluded(sweep, report);
  for (const [i, condition] of sweep.exclude.entries()) {
    const path: Path = ['sweep', 'exclude', i];
    for (const key of Object.keys(condition)) checkVaried(key, sweep, [...path, key], report);
    checkPossible(condition as Condition, sweep, path, report);
  }
  checkParameters(sweep, report);
  checkConditions(sweep, report);
  checkZip(sweep, report);
  checkEarlyTermination(sweep, report);
  checkSeedRange(sweep, report);
  checkOrthogonal(sweep, report);
  checkDatasets(sweep, report);
  if (['random', 'bayes'].includes(sweep.method) && sweep.run_cap === null) {
    const message = `method ${sweep.method} has no end without a run_cap`;
    report([['sweep', 'method']], { code: 'missing-key', message, expected: 'run_cap: a whole number, at least 1' });
  }
}

function checkIncluded({ include }: SweepConfig, report: Report): void {
  const seen = new Set<string>();
  for (const [i, { name, ...values }] of include.entries()) {
    for (const key of Object.keys(values)) checkKey(key, ['sweep', 'include', i, key], report);
    if (name !== undefined && seen.has(name)) {
      const message = `two variants are called ${formatValue(name)}`;
      report([['sweep', 'include', i, 'name']], { code: 'duplicate-value', message, hint: 'give each its own name' });
    }
    seen.add(name ?? '');
  }
}

function checkConditions(sweep: SweepConfig, report: Report): void {
  for (const [key, { when }] of Object.entries(sweep.parameters)) {
    const path: Path = ['sweep', 'parameters', key, 'when'];
    for (const other of Object.keys(when ?? {})) checkKey(other, [...path, other], report);
    checkPossible((when ?? {}) as Condition, sweep, path, report);
  }
  const { circular } = axesOf(sweep);
  if (circular.length === 0) return;
  const message = `conditions that lead back to themselves: ${circular.join(', ')}`;
  const path: Path = ['sweep', 'parameters', circular[0], 'when'];
  report([path], { code: 'conflict', message, hint: 'let each `when` speak of parameters that are there without it' });
}

/** A condition on a value that its parameter never has would never hold. */
function checkPossible(condition: Condition, { parameters }: SweepConfig, path: Path, report: Report): void {
  for (const [key, wanted] of Object.entries(condition)) {
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
    if (!parameter || !('values' in parameter)) continue;
    const values = parameter.values as Json[];
    if (values.some((value) => matches(value, wanted))) continue;
    const message = `${key} is never ${formatValue(wanted)}`;
    const suggestion = typeof wanted === 'string' ? nearest(wanted, values.map(formatValue)) : undefined;
    report([[...path, key]], { code: 'wrong-value', message, expected: oneOf(values), suggestion });
  }
}

function checkEarlyTermination({ early_terminate: rule }: SweepConfig, report: Report): void {
  if (rule?.type !== 'hyperband' || rule.s === null || rule.min_iter === 1) return;
  const hint = 'give min_iter to count decisions from the first epoch, or s to count them from the last';
  report([['sweep', 'early_terminate', 's']], { code: 'conflict', message: 's beside min_iter', hint });
}

/** Seeds are added by the results of earlier runs: all of them must have ended, and the variants must be known. */
function checkSeedRange({ seeds, method, early_terminate: rule }: SweepConfig, report: Report): void {
  if (typeof seeds !== 'object' || Array.isArray(seeds)) return;
  const conflict = (message: string, hint: string): void => {
    report([['sweep', 'seeds']], { code: 'conflict', message, hint });
  };
  const { min, max } = seeds;
  if (min >= max) {
    const hint = `let min be smaller than max, or write \`seeds: ${min}\``;
    report([['sweep', 'seeds', 'max']], { code: 'conflict', message: `seeds from ${min} to ${max}`, hint });
  }
  if (method === 'bayes') conflict('seeds that are added, beside method bayes', 'give a number of seeds');
  if (rule) conflict('seeds that are added, beside early_terminate', 'give a number of seeds, or train all to the end');
}

/** A dotted key that leads to no place of any experiment. */
function checkKey(key: string, path: Path, report: Report): void {
  const parts = key.split('.');
  if (NOT_VARIED.includes(parts[0])) {
    report([path], {
      code: 'conflict',
      message: `${parts[0]} can't vary in a sweep`,
      hint: 'vary a key of model, training, dataset or augmentation',
    });
    return;
  }
  if (key === 'training.seed') {
    const hint = 'write `seeds: [1, 2, 3]` beside `parameters`: every variant is run with each of them';
    report([path], { code: 'conflict', message: 'a seed is no variant', hint });
    return;
  }
  if (key === 'dataset.split' || key.startsWith('dataset.split.')) {
    const hint = 'set it in the experiment: every variant is then run with each fold';
    report([path], { code: 'conflict', message: 'folds are no variants', hint });
    return;
  }
  if (schemasAt(parts).length > 0) return;
  const meant = nearestPath(parts);
  const message = `${JSON.stringify(key)} is no key of an experiment`;
  report([path], { code: 'unknown-key', message, suggestion: meant && formatPath(meant) });
}

function checkVaried(key: string, { parameters }: SweepConfig, path: Path, report: Report): void {
  if (Object.hasOwn(parameters, key)) return;
  const varied = Object.keys(parameters);
  const message = `${JSON.stringify(key)} is no parameter of this sweep`;
  report([path], {
    code: 'unknown-key',
    message,
    expected: `one of ${varied.join(', ')}`,
    suggestion: nearest(key, varied),
  });
}

function checkParameters(sweep: SweepConfig, report: Report): void {
  for (const [key, parameter] of Object.entries(sweep.parameters)) {
    const path: Path = ['sweep', 'parameters', key];
    if ('values' in parameter) checkValues(parameter, sweep.method, path, report);
    else checkDistribution(key, parameter, sweep.method, path, report);
  }
}

function checkValues({ values, names, probabilities }: SweepValues, method: string, path: Path, report: Report): void {
  const texts = values.map((value) => JSON.stringify(value));
  const seen = new Set<string>();
  for (const [i, text] of texts.entries()) {
    if (seen.has(text)) {
      const message = `the value ${formatValue(values[i] as Json)} a second time`;
      report([[...path, 'values', i]], { code: 'duplicate-value', message, hint: 'keep one of the two' });
    }
    seen.add(text);
  }
  if (names && names.length !== values.length) {
    const message = `${counted(names.length, 'name')} for ${counted(values.length, 'value')}`;
    report([[...path, 'names']], { code: 'wrong-length', message, hint: 'give each value a name' });
  }
  if (probabilities) checkProbabilities(values.length, probabilities, method, [...path, 'probabilities'], report);
}

function checkProbabilities(count: number, given: number[], method: string, path: Path, report: Report): void {
  const conflict = (message: string, hint: string) => {
    report([path], { code: 'conflict', message, hint });
  };
  const sum = given.reduce((total, probability) => total + probability, 0);
  if (method !== 'random') conflict(`probabilities, of which method ${method} takes no notice`, 'set `method: random`');
  else if (given.length !== count) conflict(`${given.length} probabilities for ${count} values`, 'give each value one');
  else if (Math.abs(sum - 1) > 1e-6)
    conflict(`probabilities that add up to ${Number(sum.toPrecision(6))}`, 'let them add up to 1');
}

function checkDistribution(
  key: string,
  parameter: SweepRange | SweepNormal,
  method: string,
  path: Path,
  report: Report,
): void {
  const { distribution, q } = parameter;
  const conflict = (message: string, hint: string) => {
    report([path], { code: 'conflict', message, hint });
  };
  if (method === 'grid') conflict(`a grid can't try a range (${key})`, 'give `values`, or set `method: random`');
  if (q !== undefined && !distribution.startsWith('q_')) {
    const hint = 'remove q, or take a distribution that rounds: q_uniform, q_log_uniform_values, q_normal';
    conflict(`q beside the distribution ${distribution}, which doesn't round`, hint);
  }
  if (!('min' in parameter)) {
    checkLogNormal(parameter, conflict);
    return;
  }
  const { min, max } = parameter;
  if (min >= max) conflict(`a range from ${min} to ${max}`, 'let min be smaller than max');
  if (distribution.endsWith('log_uniform_values') && min <= 0)
    conflict('a logarithmic range that reaches 0', 'let min be above 0');
  if (distribution === 'int_uniform' && !(Number.isInteger(min) && Number.isInteger(max))) {
    conflict('int_uniform between numbers that are not whole', 'give whole numbers, or `distribution: uniform`');
  }
  if (distribution === 'log_uniform' && Math.max(Math.abs(min), Math.abs(max)) > 700) {
    conflict(`a range from e^${min} to e^${max}`, 'min and max are logarithms: `log_uniform_values` takes the values');
  } else if (distribution === 'log_uniform' && looksLikeValues(parameter)) {
    const [low, high] = endsOf(parameter).map((end) => Number(end.toPrecision(3)));
    const hint = 'min and max are natural logarithms here: `log_uniform_values` takes the values themselves';
    conflict(`log_uniform from ${min} to ${max} draws numbers from ${low} to ${high}`, hint);
  }
  if (!distribution.startsWith('q_') || min >= max) return;
  const [least, greatest] = multiplesOf(parameter);
  if (least > greatest) conflict(`no multiple of ${q ?? 1} from ${min} to ${max}`, 'give a smaller q');
}

/** Nobody means a median of 1.001. */
function checkLogNormal({ distribution, mu }: SweepNormal, conflict: (message: string, hint: string) => void): void {
  if (distribution !== 'log_normal' || mu <= 0 || mu >= 0.1) return;
  const logarithm = Number(Math.log(mu).toPrecision(3));
  const hint = `mu and sigma are those of the natural logarithm: \`mu: ${logarithm}\` is for numbers around ${mu}`;
  conflict(`log_normal with mu ${mu} draws numbers around ${Number(Math.exp(mu).toPrecision(3))}`, hint);
}

/** Nobody means logarithms so near above 0: all that is drawn would lie close to 1, or begin there. */
function looksLikeValues({ min, max }: SweepRange): boolean {
  return min > 0 && min < max && (max <= 1 || min < 0.1);
}

function checkZip(sweep: SweepConfig, report: Report): void {
  const zipped = new Set<string>();
  for (const [i, group] of sweep.zip.entries()) {
    const lengths = new Set<number>();
    for (const [j, key] of group.entries()) {
      const path: Path = ['sweep', 'zip', i, j];
      checkVaried(key, sweep, path, report);
      if (zipped.has(key))
        report([path], { code: 'duplicate-value', message: `${key} is in two groups of zip`, hint: 'keep one' });
      zipped.add(key);
      const parameter = Object.hasOwn(sweep.parameters, key) ? sweep.parameters[key] : undefined;
      if (parameter) checkZipped(key, parameter, path, report);
      if (parameter && 'values' in parameter) lengths.add(parameter.values.length);
    }
    if (lengths.size > 1) {
      const message = `parameters that vary together differ in their number of values: ${[...lengths].join(', ')}`;
      report([['sweep', 'zip', i]], { code: 'wrong-length', message, hint: 'give each the same number of values' });
    }
  }
}

function checkZipped(key: string, parameter: SweepParameter, path: Path, report: Report): void {
  const conflict = (message: string, hint: string) => {
    report([path], { code: 'conflict', message, hint });
  };
  if (!('values' in parameter)) conflict(`a range (${key}) in a zip`, 'give `values`');
  else if (parameter.probabilities) conflict(`probabilities (${key}) in a zip`, 'remove them: the group is drawn');
}
