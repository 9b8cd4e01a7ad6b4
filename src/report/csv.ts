import { jsonText } from '../config/text/tree.js';
import { encodeCsv } from '../text/csv.js';
import type { AcrossStudy, Study, StudyVariant } from '../study/study.js';

/**
 * Every run of a study as comma-separated values (RFC 4180): its variant, what tells that apart, its seed, how it ended,
 * and all its metrics, so that another program can compute everything anew. What a run doesn't have is empty.
 */
export function renderCsv({ across, variants: own }: Study): string {
  // On several datasets a variant has values of its own on each.
  const variants = across ? across.studies.flatMap(onDataset) : own;
  const keys = [...new Set(variants.flatMap(({ values }) => Object.keys(values)))];
  const metrics = [...new Set(variants.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.metrics))))].sort();
  const header = ['variant', ...keys, 'seed', 'run', 'status', ...metrics, 'epochs', 'training_seconds'];
  const rows = variants.flatMap(({ name, values, runs }) =>
    runs.map(({ seed, id, status, metrics: own, epochs, trainingSeconds }) => [
      name,
      ...keys.map((key) => (Object.hasOwn(values, key) ? jsonText(values[key]) : '')),
      seed,
      id,
      status,
      ...metrics.map((metric) => (Object.hasOwn(own, metric) ? own[metric] : '')),
      epochs,
      trainingSeconds,
    ]),
  );
  return encodeCsv([header, ...rows]);
}

function onDataset({ dataset, study }: AcrossStudy['studies'][number]): StudyVariant[] {
  return study.variants.map((variant) => ({ ...variant, values: { dataset, ...variant.values } }));
}
