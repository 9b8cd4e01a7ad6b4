import { formatValue, oneOf } from './describe.js';
import type { SweepConfig, SweepNormal, SweepParameter, SweepRange, SweepValues } from './experiment.js';
import { allPlaces, placeOf } from './places.js';
import type { Path, ProblemDetails, Report } from './problems.js';
import { nearest } from './suggest.js';
import { axesOf } from './sweep-axes.js';
import { matches, type Condition } from './sweep-conditions.js';
import { multiplesOf } from './sweep-distributions.js';
import type { Json } from './tree.js';

/** Keys that say what an experiment is called and asks, rather than how it trains. */
const notVaried = ['name', 'description', 'tags', 'extends', 'sweep', 'question', 'tracking'];

/** Finds what can't be meant in a sweep. Whether each of its variants is a valid experiment shows when it is expanded. */
export function checkSweep(sweep: SweepConfig, report: Report): void {
  for (const key of Object.keys(sweep.parameters)) checkKey(key, ['sweep', 'parameters', key], report);
  for (const [i, variant] of sweep.include.entries()) {
    for (const key of Object.keys(variant)) checkKey(key, ['sweep', 'include', i, key], report);
  }
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
  if (sweep.method !== 'grid' && sweep.run_cap === null) {
    const message = `method ${sweep.method} has no end without a run_cap`;
    report([['sweep', 'method']], { code: 'missing-key', message, expected: 'run_cap: a whole number, at least 1' });
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

/** Seeds are added by what the runs before came to: all must have come to their end, of variants that are known. */
function checkSeedRange({ seeds, method, early_terminate: rule }: SweepConfig, report: Report): void {
  if (typeof seeds !== 'object' || Array.isArray(seeds)) return;
  const conflict = (message: string, hint: string): void => {
    report([['sweep', 'seeds']], { code: 'conflict', message, hint });
  };
  const { min, max } = seeds;
  if (min >= max) conflict(`seeds from ${min} to ${max}`, `let min be smaller than max, or write \`seeds: ${min}\``);
  if (method === 'bayes') conflict('seeds that are added, beside method bayes', 'give a number of seeds');
  if (rule) conflict('seeds that are added, beside early_terminate', 'give a number of seeds, or train all to the end');
}

/** A dotted key that leads to no place of any experiment. */
function checkKey(key: string, path: Path, report: Report): void {
  const parts = key.split('.');
  const word = parts[parts.length - 1];
  if (notVaried.includes(parts[0])) {
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
  const place = placeOf(parts.slice(0, -1).filter((part) => !/^\d+$/.test(part)));
  const isItem = /^\d+$/.test(word);
  if (isItem || allPlaces().get(word)?.has(place)) return;
  const message = `${JSON.stringify(key)} is no key of an experiment`;
  report([path], { code: 'unknown-key', message, ...meant(word, place) });
}

function meant(word: string, place: string): Pick<ProblemDetails, 'suggestion'> {
  const dotted = [...allPlaces()].flatMap(([key, places]) => [...places.keys()].map((other) => `${other}.${key}`));
  const elsewhere = dotted.find((each) => each.endsWith(`.${word}`));
  if (elsewhere !== undefined) return { suggestion: elsewhere };
  const near = nearest(
    word,
    [...allPlaces()].filter(([, places]) => places.has(place)).map(([key]) => key),
  );
  return { suggestion: near === undefined ? nearest(`${place}.${word}`, dotted) : `${place}.${near}` };
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

function checkValues({ values, probabilities }: SweepValues, method: string, path: Path, report: Report): void {
  const texts = values.map((value) => JSON.stringify(value));
  const seen = new Set<string>();
  for (const [i, text] of texts.entries()) {
    if (seen.has(text)) {
      const message = `the value ${formatValue(values[i] as Json)} a second time`;
      report([[...path, 'values', i]], { code: 'duplicate-value', message, hint: 'keep one of the two' });
    }
    seen.add(text);
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
  if (!('min' in parameter)) return;
  const { min, max } = parameter;
  if (min >= max) conflict(`a range from ${min} to ${max}`, 'let min be smaller than max');
  if (distribution.endsWith('log_uniform_values') && min <= 0)
    conflict('a logarithmic range that reaches 0', 'let min be above 0');
  if (distribution === 'int_uniform' && !(Number.isInteger(min) && Number.isInteger(max))) {
    conflict('int_uniform between numbers that are not whole', 'give whole numbers, or `distribution: uniform`');
  }
  if (distribution === 'log_uniform' && Math.max(Math.abs(min), Math.abs(max)) > 700) {
    conflict(`a range from e^${min} to e^${max}`, 'min and max are logarithms: `log_uniform_values` takes the values');
  }
  if (!distribution.startsWith('q_') || min >= max) return;
  const [least, greatest] = multiplesOf(parameter);
  if (least > greatest) conflict(`no multiple of ${q ?? 1} from ${min} to ${max}`, 'give a smaller q');
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
