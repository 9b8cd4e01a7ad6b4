import type { Experiment, MaskTarget, Table } from './schema/experiment.generated.js';
import { listed } from '../text/words.js';
import { type Path, type Report, conflict } from './text/problems.js';
import { nearest } from './text/suggest.js';

/** What a target of masks needs beside it, and what it can't have. */
export function checkMasks(dataset: Table, { oversampling = null }: Experiment['training'], report: Report): void {
  const [name, config] = Object.entries(dataset.target)[0];
  if (config.type !== 'mask') return;
  const path = ['dataset', 'target', name];
  checkImages(dataset, path, report);
  checkValues(config, path, report);
  checkColors(config, path, report);
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

/** Each class has a colour of its own, in place of numbers. */
function checkColors(target: MaskTarget, path: Path, report: Report): void {
  const { classes, colors, ignore_color: ignored, values, ignore_class } = target;
  if (colors === null) {
    if (ignored !== null)
      report(
        [[...path, 'ignore_color']],
        conflict('ignore_color without colors', 'give the colors of the classes too'),
      );
    return;
  }
  const others = { values, ignore_class };
  for (const [key, value] of Object.entries(others)) {
    if (value !== null)
      report([[...path, key]], conflict(`${key} beside colors`, 'remove one of the two; ignore_color is for colours'));
  }
  const missing = classes.filter((name) => !Object.hasOwn(colors, name));
  const unknown = Object.keys(colors).filter((name) => !classes.includes(name));
  for (const name of unknown) {
    const message = `a colour of ${JSON.stringify(name)}, which is none of the classes`;
    report([[...path, 'colors', name]], { code: 'wrong-value', message, suggestion: nearest(name, missing) });
  }
  if (missing.length > 0 && unknown.length === 0)
    report([[...path, 'colors']], { code: 'missing-key', message: `no colour of ${listed(missing)}`, hint: 'give each class one' }); // prettier-ignore
  checkTwice({ ...colors, ...(ignored === null ? {} : { ignore_color: ignored }) }, path, report);
}

function checkTwice(colors: Readonly<Record<string, readonly number[]>>, path: Path, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, color] of Object.entries(colors)) {
    const other = seen.get(color.join());
    seen.set(color.join(), name);
    if (other === undefined) continue;
    const place = name === 'ignore_color' ? [...path, name] : [...path, 'colors', name];
    report([place], { code: 'duplicate-value', message: `the colour of ${JSON.stringify(other)}, again`, hint: 'give each a colour of its own' }); // prettier-ignore
  }
}
