import type { ErrorObject } from 'ajv';
import { findingsOf, type Finding } from './findings.js';
import { LIMITS } from '../text/parse.js';
import { problemAt, type Path, type Problem } from '../text/problems.js';
import { at, keySpan, toJson, valueSpan, type Json, type Tree } from '../text/tree.js';
import { experimentValidator } from './validator.js';

/** Every mistake that the schema finds in a configuration (the first hundred), each once. */
export function validate(tree: Tree): Problem[] {
  const data = toJson(tree);
  const validateExperiment = experimentValidator();
  if (validateExperiment(data)) return [];
  const errors = (validateExperiment.errors ?? []).slice(0, LIMITS.problems);
  const findings = errors.flatMap((error) => {
    const path = pathOf(error.instancePath, data);
    return findingsOf({ error, path, data });
  });
  const problems = withoutCascades(findings).map(({ details, path, atKey }) =>
    problemAt(atKey || !at(tree, path) ? keySpan(tree, path) : valueSpan(tree, path), path, details),
  );
  return once(problems);
}

/** The path of a JSON Pointer; indices of lists become numbers. */
function pathOf(pointer: ErrorObject['instancePath'], data: Json): Path {
  const path: (string | number)[] = [];
  let value: Json = data;
  for (const escaped of pointer.split('/').slice(1)) {
    const part = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(part) : part);
    value = (value as Record<string, Json>)[part];
  }
  return path;
}

/** A misspelt key is not also a missing one, and a key of another layer makes no more than one mistake. */
function withoutCascades(findings: Finding[]): Finding[] {
  const meant = new Set(
    findings
      .filter(({ details }) => details.code === 'unknown-key' && details.suggestion !== undefined)
      .map(({ details, path }) => JSON.stringify([...path.slice(0, -1), details.suggestion])),
  );
  return findings.filter(({ details, path }) => details.code !== 'missing-key' || !meant.has(JSON.stringify(path)));
}

/** The same place is reported once, though several keywords failed there or several aliases repeat it. */
function once(problems: Problem[]): Problem[] {
  const places = new Map<string, Problem>();
  for (const problem of problems) {
    const place = JSON.stringify([
      problem.file,
      problem.line,
      problem.column,
      problem.code === 'missing-key' ? problem.path : '',
    ]);
    if (!places.has(place)) places.set(place, problem);
  }
  return [...places.values()];
}
