import type { Experiment, MaskTarget, Table } from './schema/experiment.generated.js';
import type { Path, ProblemDetails, Report } from './text/problems.js';

/** What a target of masks needs beside it, and what it can't have. */
export function checkMasks(dataset: Table, { oversampling = null }: Experiment['training'], report: Report): void {
  const [name, config] = Object.entries(dataset.target)[0];
  if (config.type !== 'mask') return;
  const path = ['dataset', 'target', name];
  checkImages(dataset, path, report);
  checkValues(config, path, report);
  if (dataset.classes !== null) {
    const hint = `remove it: dataset.target.${name}.classes names all classes of its pixels`;
    report([['dataset', 'classes'], path], conflict('classes of rows whose target is a mask', hint));
  }
  if (oversampling === null) return;
  const hint = 'weigh the classes instead: class_weight';
  report([['training', 'oversampling']], conflict('oversampling of a target of type mask', hint));
}

function checkImages({ inputs }: Table, path: Path, report: Report): void {
  const images = Object.entries(inputs).filter(([, { type }]) => type === 'image');
  if (images.length === 1) return;
  const message = images.length === 0 ? 'a mask, and no image that it is of' : 'a mask beside several images';
  const hint =
    images.length === 0
      ? 'add the image to dataset.inputs: { NAME: { type: image, image_size: 128 } }'
      : 'let one image be among dataset.inputs: it is not known which of them the mask is of';
  report([path, ['dataset', 'inputs']], conflict(message, hint));
}

function checkValues({ classes, values }: MaskTarget, path: Path, report: Report): void {
  if (values === null || values.length === classes.length) return;
  const message = `${values.length} values of ${classes.length} classes`;
  const hint = 'give a value for each class, in their order';
  report([[...path, 'values']], { code: 'wrong-length', message, hint });
}

function conflict(message: string, hint: string): ProblemDetails {
  return { code: 'conflict', message, hint };
}
