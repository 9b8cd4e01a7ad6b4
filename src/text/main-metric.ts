/** What tells at a glance how good a model is: of classes and labels the accuracy, of masks their overlap, of a number its error. */
export const MAIN_SCORES = ['accuracy', 'dice', 'mean_absolute_error'];
/** Else the loss. */
const MAIN = [...MAIN_SCORES, 'loss'];

/** Its name of a set, as far as it is measured: `val_accuracy`, `test_mean_absolute_error`. */
export function mainMetric(set: 'train' | 'val' | 'test', isMeasured: (name: string) => boolean): string | undefined {
  return MAIN.map((name) => `${set}_${name}`).find(isMeasured);
}

/** Of a run, by what it has measured; `val_accuracy` where there is nothing. */
export function mainMetricOf(metrics: object | undefined): string {
  const has = (name: string): boolean => Object.hasOwn(metrics ?? {}, name);
  return mainMetric('val', has) ?? mainMetric('test', has) ?? mainMetric('train', has) ?? 'val_accuracy';
}
