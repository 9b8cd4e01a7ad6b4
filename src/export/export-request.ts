import type { TrainedModel } from '../inference/trained-model.js';
import type { Quantization } from './quantization.js';

export const EXPORT_FORMATS = ['tfjs', 'keras', 'savedmodel', 'tflite', 'onnx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is to be written. */
export interface ExportRequest {
  model: TrainedModel;
  format: ExportFormat;
  quantize: Quantization | null;
  /** The file or folder, absolute. */
  output: string;
}
