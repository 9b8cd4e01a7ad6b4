// Generated from schemas/experiment.schema.json by `npm run generate`: change the schema, not this file.
import { image } from './image.js';
import { text } from './text.js';
import { audio } from './audio.js';
import { number, numberTarget } from './number.js';
import { category, categoryTarget } from './category.js';
import { binaryTarget } from './binary.js';
import { multiLabelTarget } from './multi-label.js';
import { maskTarget } from './mask.js';

/** The types of inputs. */
export const inputKinds = { image, text, audio, number, category };

/** The types of targets. */
export const targetKinds = {
  category: categoryTarget,
  binary: binaryTarget,
  multi_label: multiLabelTarget,
  number: numberTarget,
  mask: maskTarget,
};
