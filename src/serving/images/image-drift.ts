import type { ValueName } from '../../inference/class-values.js';
import type { Reference } from '../../inference/tasks.js';
import { DriftMonitor } from '../drift.js';

/** Watches brightness, contrast, confidence (`output` of a model without probabilities) and predicted class. */
export function imageDrift(reference: Reference, classes: number, values: ValueName = 'probability'): DriftMonitor {
  const { source, brightness, contrast, confidence, predictions } = reference;
  return new DriftMonitor({ source, images: predictions.length }, [
    { name: 'brightness', reference: brightness },
    { name: 'contrast', reference: contrast },
    { name: confidenceName(values), reference: confidence },
    { name: 'prediction', reference: predictions, kinds: classes },
  ]);
}

/** What the greatest value of a class is called among what is watched. */
export function confidenceName(values: ValueName): string {
  return values === 'probability' ? 'confidence' : 'output';
}
