import { stringify } from 'yaml';
import type { LoadedExperiment } from '../load.js';
import { LIMITS } from '../text/parse.js';
import { problemAt, type Problem } from '../text/problems.js';
import type { Values } from '../sweep/conditions.js';
import { givenNames } from '../sweep/names.js';
import { variantLabel, shortKey } from '../sweep/label.js';
import type { Json } from '../text/tree.js';
import type { VariantMeanings } from './meanings.js';
import { variantsOf } from './variants.js';

/** Two variants that mean the same, and the key that they differ in: the first of them, if there are more. */
interface Duplicate {
  first: Values;
  second: Values;
  key: string;
}

/**
 * Variants that are written otherwise and mean the same (`adam` and `{ name: adam }`): they would be trained twice and
 * compared with themselves.
 * @param variants valid, their meanings known
 * @returns each at the value of the sweep that makes a variant the same as one before
 */
export function duplicateVariants(
  experiment: LoadedExperiment,
  variants: readonly Values[],
  meanings: VariantMeanings,
): Problem[] {
  const firsts = new Map<string, Values>();
  const repairs = new Repairs(experiment, variants, meanings);
  const found: Problem[] = [];
  const told = new Set<string>();
  for (const values of variants) {
    const meaning = meanings.of(values);
    const first = firsts.get(meaning);
    if (!first) firsts.set(meaning, values);
    else if (found.length < LIMITS.problems) {
      const { problem, repair } = duplicate(experiment, first, values, repairs);
      const place = [problem.file, problem.line, problem.column].join('\n');
      // One repair mends all variants that it is told for.
      if (!told.has(place) && !told.has(repair ?? place)) found.push(problem);
      told.add(place).add(repair ?? place);
    }
  }
  return found;
}

function duplicate(
  experiment: LoadedExperiment,
  first: Values,
  second: Values,
  repairs: Repairs,
): { problem: Problem; repair: string | undefined } {
  const { places } = variantsOf(experiment);
  const all = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  const different = all.filter((key) => !isSame(first[key], second[key]));
  const key = different.find((each) => Object.hasOwn(second, each)) ?? different[0];
  const place = places.start(key, (Object.hasOwn(second, key) ? second : first)[key]);
  const [one, other] = labels(experiment, second, first, different);
  const repair = different.length === 1 ? repairs.of({ first, second, key }) : undefined;
  const problem = problemAt(place, ['sweep', 'parameters', key], {
    code: 'duplicate-value',
    message: `${one} is the same variant as ${other}: it would be trained twice`,
    hint: repair ?? 'keep one of the two',
  });
  return { problem, repair };
}

/** What both are called; where that is the same, by what was written. */
function labels(experiment: LoadedExperiment, one: Values, other: Values, different: readonly string[]): string[] {
  const all = [...new Set([...Object.keys(other), ...Object.keys(one)])];
  const { sweep } = experiment.config;
  const usual = [one, other].map((values) => variantLabel(values, all, sweep ? givenNames(sweep, values) : undefined));
  if (usual[0] !== usual[1]) return usual;
  const { places } = variantsOf(experiment);
  return [one, other].map((values) => {
    const own = different.filter((key) => Object.hasOwn(values, key));
    return own
      .map((key) => `${shortKey(key, all)}=${places.written(key, values[key]) ?? inline(values[key])}`)
      .join(' ');
  });
}

/** Finds, for a key that has no say beside some values of another, the condition under which it is to vary. */
class Repairs {
  readonly #experiment: LoadedExperiment;
  readonly #variants: readonly Values[];
  readonly #meanings: VariantMeanings;
  /** Key → variants that differ in it alone. */
  readonly #groups = new Map<string, Values[][]>();

  constructor(experiment: LoadedExperiment, variants: readonly Values[], meanings: VariantMeanings) {
    this.#experiment = experiment;
    this.#variants = variants;
    this.#meanings = meanings;
  }

  /** The parameter with its condition, to be pasted; undefined where none would do. */
  of({ first, second, key }: Duplicate): string | undefined {
    const parameter = this.#parameter(key);
    const groups = this.#groupsOf(key);
    const isSynonym = groups.every((group) => !this.#tellsApart(group, key, [first[key], second[key]]));
    if (!parameter || isSynonym || !Object.hasOwn(first, key)) return undefined;
    const condition = Object.keys(first)
      .filter((other) => other !== key)
      .map((other) => ({ other, values: this.#valuesWithSay(groups, other) }))
      .find(({ values }) => values.length > 0);
    if (!condition) return undefined;
    const { other, values } = condition;
    const when = { [other]: values.length === 1 && !Array.isArray(values[0]) ? values[0] : values };
    const yaml = inline({ [key]: { ...parameter, when: { ...parameter.when, ...when } } }).slice(1, -1);
    return `${key} has a say only beside some values of ${other}; write \`${yaml}\``;
  }

  #parameter(key: string): { values: Json; when?: Record<string, Json> } | undefined {
    const { parameters = {}, zip = [] } = this.#experiment.config.sweep ?? {};
    const parameter = Object.hasOwn(parameters, key) ? parameters[key] : undefined;
    if (!parameter || !('values' in parameter) || zip.some((keys) => keys.includes(key))) return undefined;
    const { values, when } = parameter;
    return { values: values as Json, ...(when ? { when: when as Record<string, Json> } : {}) };
  }

  #groupsOf(key: string): Values[][] {
    const known = this.#groups.get(key);
    if (known) return known;
    const groups = new Map<string, Values[]>();
    for (const values of this.#variants) {
      if (!Object.hasOwn(values, key)) continue;
      const others = JSON.stringify(Object.entries(values).filter(([name]) => name !== key));
      groups.set(others, [...(groups.get(others) ?? []), values]);
    }
    const several = [...groups.values()].filter((group) => group.length > 1);
    this.#groups.set(key, several);
    return several;
  }

  #tellsApart(group: readonly Values[], key: string, wanted: readonly Json[]): boolean {
    const both = group.filter((values) => wanted.some((value) => isSame(value, values[key])));
    return new Set(both.map((values) => this.#meanings.of(values))).size > 1;
  }

  /** The values of another key beside which this one has always a say, if there are such and beside all others never. */
  #valuesWithSay(groups: readonly Values[][], other: string): Json[] {
    const says = new Map<string, Set<boolean>>();
    for (const group of groups) {
      const value = JSON.stringify(group[0][other]);
      const hasSay = new Set(group.map((values) => this.#meanings.of(values))).size > 1;
      says.set(value, (says.get(value) ?? new Set()).add(hasSay));
    }
    const isClear = [...says.values()].every(({ size }) => size === 1);
    const withSay = [...says].filter(([, each]) => each.has(true)).map(([value]) => value);
    return isClear && withSay.length < says.size ? withSay.map((value) => JSON.parse(value) as Json) : [];
  }
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function inline(value: Json): string {
  const options = { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false } as const;
  return stringify(value, options).trimEnd().replace(/\n\s*/g, ' ');
}
