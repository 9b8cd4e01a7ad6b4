import type { Exclusion } from './exclusions.js';

/** How a spec of tfjs-core's suite ended. */
export interface SpecResult {
  name: string;
  status: 'passed' | 'failed' | 'pending';
  messages: string[];
}

export interface Failure {
  name: string;
  messages: string[];
}

export interface Verdict {
  passed: number;
  /** Specs that fail and aren't excluded, exclusions that aren't needed, and a suite that didn't run. */
  failed: number;
  excluded: number;
  /** Specs that the suite itself leaves out. */
  pending: number;
  failures: Failure[];
  /** How many specs are excluded for each reason. */
  reasons: { reason: string; count: number }[];
}

/** A suite of which far fewer specs run has not been loaded as it should. */
const FEWEST_SPECS = 4000;

/**
 * Judges a run of the suite. Excluded specs must have run too: one that passes needs no exclusion any more, and that is
 * a failure, so that the list stays true.
 * @param isWhole whether all specs were to run, rather than those of a filter
 */
export function judge(results: readonly SpecResult[], exclusions: readonly Exclusion[], isWhole: boolean): Verdict {
  const excludedNames = new Set(exclusions.flatMap(({ specs }) => specs));
  const excluded = results.filter(({ name }) => excludedNames.has(name));
  const failures = [
    ...results.filter(({ name, status }) => status === 'failed' && !excludedNames.has(name)),
    ...excluded
      .filter(({ status }) => status !== 'failed')
      .map(({ name }) => complaint(name, 'passes: exclusion no longer needed')),
    ...(isWhole ? problemsOfWhole(results, excludedNames) : []),
    ...(results.length === 0 ? [complaint('the suite', 'no spec ran')] : []),
  ].map(({ name, messages }) => ({ name, messages }));
  const included = results.filter(({ name }) => !excludedNames.has(name));
  const names = new Set(excluded.map(({ name }) => name));
  return {
    passed: included.filter(({ status }) => status === 'passed').length,
    failed: failures.length,
    excluded: excluded.length,
    pending: included.filter(({ status }) => status === 'pending').length,
    failures,
    reasons: exclusions.map(({ reason, specs }) => ({ reason, count: specs.filter((spec) => names.has(spec)).length })),
  };
}

const complaint = (name: string, message: string): Failure => ({ name, messages: [message] });

function problemsOfWhole(results: readonly SpecResult[], excludedNames: ReadonlySet<string>): Failure[] {
  const known = new Set(results.map(({ name }) => name));
  const unknown = [...excludedNames].filter((name) => !known.has(name));
  const tooFew = results.length < FEWEST_SPECS;
  return [
    ...unknown.map((name) => complaint(name, 'excluded, but no spec has this name')),
    ...(tooFew ? [complaint('the suite', `only ${results.length} specs ran, of at least ${FEWEST_SPECS}`)] : []),
  ];
}
