import type { ExportRequest } from '../../export/export-request.js';
import { asImages } from '../../data/images/image-dataset.js';
import { UserError } from '../../text/errors.js';
import { randomStream } from '../../random.js';
import { experimentOf } from '../inference-session.js';
import type { StatusLine } from '../../display/status-line.js';

/** Images that a written model is compared with the run's own by. */
export interface Samples {
  /** [calibration + compared, height, width, channels] */
  images: Uint8Array;
  /** How many come first that the ranges of int8 are measured by: training images, which no score is of. */
  calibration: number;
  /** Of the others; undefined where they are noise. */
  labels: Int32Array | undefined;
}

const NOISE_IMAGES = 64;
const CHECKED_IMAGES = 256;
const CALIBRATION_IMAGES = 200;

/**
 * Test images of the run's own data: all of them where accuracy may be lost, else some; noise where the data aren't there.
 * @throws UserError `export-without-data` where a loss of accuracy can't be told
 */
export async function sampleImages({ model, quantize }: ExportRequest, status: StatusLine): Promise<Samples> {
  const { loadDatasetOf } = await import('../../run/dataset.js');
  const size = model.height * model.width * model.channels;
  try {
    status.update("Reading the model's own data");
    const { train, test } = asImages(await loadDatasetOf(await experimentOf(model), status), 'an export');
    const compared = quantize === null ? Math.min(CHECKED_IMAGES, test.labels.length) : test.labels.length;
    const calibration = quantize === 'int8' ? Math.min(CALIBRATION_IMAGES, train.labels.length) : 0;
    const images = Buffer.concat([
      train.images.subarray(0, calibration * size),
      test.images.subarray(0, compared * size),
    ]);
    return { images, calibration, labels: test.labels.subarray(0, compared) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (quantize !== null) throw withoutData(error);
    const random = randomStream(1, 'export/noise');
    return {
      images: Uint8Array.from({ length: NOISE_IMAGES * size }, () => random.below(256)),
      calibration: 0,
      labels: undefined,
    };
  }
}

function withoutData(error: UserError): UserError {
  return new UserError(`what quantization loses can't be told: ${error.message}`, {
    code: 'export-without-data',
    hint: error.hint,
    cause: error,
  });
}
