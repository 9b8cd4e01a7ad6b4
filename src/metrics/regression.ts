/** How far numbers that a model predicts are from the true ones, in their own unit; all as scikit-learn computes them. */
export interface RegressionScores {
  mean_absolute_error: number;
  root_mean_squared_error: number;
  /** 1 − Σ(y − p)² ÷ Σ(y − ȳ)²: 0 for a model that always predicts the mean, 1 for a perfect one; below 0 for worse. */
  r2_score: number;
}

/**
 * @param predicted [rows]
 * @param truth [rows]
 */
export function regressionScores(predicted: ArrayLike<number>, truth: ArrayLike<number>): RegressionScores {
  const rows = truth.length;
  let absolute = 0;
  let squared = 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const error = truth[row] - predicted[row];
    absolute += Math.abs(error);
    squared += error * error;
    sum += truth[row];
  }
  const mean = sum / rows;
  let scatter = 0;
  for (let row = 0; row < rows; row++) scatter += (truth[row] - mean) ** 2;
  return {
    mean_absolute_error: absolute / rows,
    root_mean_squared_error: Math.sqrt(squared / rows),
    r2_score: scatter === 0 ? Number(squared === 0) : 1 - squared / scatter,
  };
}

/** Scores of each of several columns. @param predicted row-major [rows, columns], as the truth */
export function regressionScoresOf(
  predicted: Float64Array,
  truth: ArrayLike<number>,
  columns: number,
): RegressionScores[] {
  return Array.from({ length: columns }, (_, column) =>
    regressionScores(columnOf(predicted, column, columns), columnOf(truth, column, columns)),
  );
}

/** The means over the columns (scikit-learn's `multioutput='uniform_average'`). */
export function meanScores(scores: readonly RegressionScores[]): RegressionScores {
  const mean = (key: keyof RegressionScores): number =>
    scores.reduce((sum, each) => sum + each[key], 0) / scores.length;
  return {
    mean_absolute_error: mean('mean_absolute_error'),
    root_mean_squared_error: mean('root_mean_squared_error'),
    r2_score: mean('r2_score'),
  };
}

/** A column of row-major [rows, columns]. */
export function columnOf(values: ArrayLike<number>, column: number, columns: number): Float64Array {
  return Float64Array.from({ length: values.length / columns }, (_, row) => values[row * columns + column]);
}
