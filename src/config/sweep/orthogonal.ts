import type { SweepConfig } from '../schema/experiment.generated.js';
import type { Path, Report } from '../text/problems.js';
import { axesOf } from './axes.js';

/** Finds what an orthogonal array can't be made of: see `orthogonalValues`. */
export function checkOrthogonal(sweep: SweepConfig, report: Report): void {
  if (sweep.method !== 'orthogonal') return;
  const { axes } = axesOf(sweep);
  const conflict = (path: Path, message: string, hint: string): void => {
    report([path], { code: 'conflict', message, hint });
  };
  const sizes = axes.map(({ keys: [key], parameters: [first] }) => {
    return { key, values: 'values' in first ? first.values.length : null, isConditional: first.when !== undefined };
  });
  for (const { key, values, isConditional } of sizes) {
    const path: Path = ['sweep', 'parameters', key];
    if (values === null) conflict(path, `method orthogonal can't try a range (${key})`, 'give `values`');
    if (isConditional) conflict([...path, 'when'], 'a condition in method orthogonal', 'set `method: grid`');
  }
  const counts = new Set(sizes.flatMap(({ values }) => values ?? []));
  if (axes.length === 0 || counts.size === 0) return;
  const [count] = counts;
  const [parameters, method]: Path[] = [
    ['sweep', 'parameters'],
    ['sweep', 'method'],
  ];
  if (counts.size > 1) {
    const message = `method orthogonal with different numbers of values: ${[...counts].join(', ')}`;
    conflict(parameters, message, 'give each parameter the same number of values, or set `method: grid`');
  } else if (!isPrime(count)) {
    const hint = `give each parameter ${nextPrime(count)} values, or set \`method: grid\``;
    conflict(method, `method orthogonal with ${count} values each, which is no prime number`, hint);
  } else if (axes.length > count + 1) {
    const hint = `give each parameter ${nextPrime(axes.length - 1)} values, or vary fewer`;
    const message = `method orthogonal with ${axes.length} parameters of ${count} values: there is room for ${count + 1}`;
    conflict(method, message, hint);
  }
}

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
  return true;
}

function nextPrime(number: number): number {
  return isPrime(number) ? number : nextPrime(number + 1);
}
