import { inUnit, unitOf } from '../text/metric-unit.js';
import { counted, listed } from '../text/words.js';
import type { Observation } from './statistics/anova.js';
import { varianceComponents, type VarianceComponents } from './statistics/variance-components.js';

/** Where the seeds of single sources of chance stand. */
const SEEDS = 'training.seeds.';
/** A source that is shown to matter is so with this chance of error in the whole family. */
const ALPHA = 0.05;

/** How far each source of chance moves a metric, and in words. */
export interface ChanceStudy extends VarianceComponents {
  sentence: string;
}

/** A run of a sweep over the seeds of sources of chance. */
export interface ChanceRun {
  /** Dotted key → value, of what was varied. */
  values: Readonly<Record<string, unknown>>;
  value: number;
}

/** Whether what variants differ by is chance alone: then none of them is better than another. */
export function isChanceAlone(variants: readonly { values: Readonly<Record<string, unknown>> }[]): boolean {
  const keys = variants.flatMap(({ values }) => Object.keys(values));
  return keys.length > 0 && keys.every((key) => key.startsWith(SEEDS));
}

/**
 * Which source of chance moves the metric, of runs that differ by their seeds alone.
 * @returns null where too few runs have ended to tell
 */
export function studyChance(runs: readonly ChanceRun[], metric: string): ChanceStudy | null {
  const keys = [...new Set(runs.flatMap(({ values }) => Object.keys(values)))];
  const complete = runs.filter(({ values }) => keys.every((key) => Object.hasOwn(values, key)));
  const observations = complete.map(({ values, value }): Observation => {
    const levels = keys.map((key) => [key.slice(SEEDS.length), JSON.stringify(values[key])]);
    return { levels: Object.fromEntries(levels) as Record<string, string>, value };
  });
  const sources = keys.map((key) => key.slice(SEEDS.length));
  const varied = sources.filter((source) => new Set(observations.map(({ levels }) => levels[source])).size > 1);
  const found = varianceComponents(observations, varied);
  return found && { ...found, sentence: sentenceOf(found, metric) };
}

function sentenceOf({ runs, total, components, rest }: VarianceComponents, metric: string): string {
  const unit = unitOf(metric);
  const spread = Number(inUnit(Math.sqrt(total), unit).toPrecision(2));
  const parts = components.map(({ source, share }) => `${percent(share)} is the ${source}’s`);
  const shown = components.filter(({ adjustedPValue }) => adjustedPValue < ALPHA).map(({ source }) => source);
  return (
    `${metric} varies by ${spread}${unit.ofDifference} (standard deviation, ${counted(runs, 'run')}). Of its variance ` +
    `${listed(parts, parts.length)}, each by itself; ${percent(rest.share)} comes of them together. ` +
    (shown.length === 0
      ? 'None is shown to move it by itself.'
      : `Shown to move it by itself: ${listed(shown, shown.length)}.`)
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
