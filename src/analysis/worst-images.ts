/** What a model said of labelled images. */
export interface Answered {
  /** [images] */
  labels: Int32Array;
  /** [images] */
  predictions: Int32Array;
  /** Row-major [images, classes]: probabilities, or other outputs of which the greatest decides. */
  values: Float32Array;
}

/** An image that was taken for another class than its own. */
export interface WorstImage {
  /** Its place among the images. */
  index: number;
  /** Indices of classes. */
  label: number;
  prediction: number;
  /** What the model said of either. */
  labelValue: number;
  predictionValue: number;
}

/**
 * The wrongly classified images, the most confidently wrong first: those where the predicted class is furthest ahead of
 * the true one; of equal ones, the first.
 * @param count at most so many
 */
export function worstImages({ labels, predictions, values }: Answered, count: number): WorstImage[] {
  const classes = values.length / labels.length;
  const wrong = Array.from(labels.keys()).filter((index) => predictions[index] !== labels[index]);
  const images = wrong.map((index) => ({
    index,
    label: labels[index],
    prediction: predictions[index],
    labelValue: values[index * classes + labels[index]],
    predictionValue: values[index * classes + predictions[index]],
  }));
  return images.sort((a, b) => lead(b) - lead(a) || a.index - b.index).slice(0, count);
}

function lead({ labelValue, predictionValue }: WorstImage): number {
  return predictionValue - labelValue;
}
