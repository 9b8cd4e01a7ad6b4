import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTextSync } from '../system/regular-file.js';

/** A file that `ablate init` is to write. */
export interface NewFile {
  name: string;
  text: string;
}

const FOLDER = fileURLToPath(new URL('../../templates/', import.meta.url));

/** Each template: what it is, and the file that is run first. */
export const TEMPLATES = {
  mnist: { about: 'a small network on handwritten digits', first: 'experiment.yaml' },
  images: { about: 'your own images, in a folder for each class', first: 'images.yaml' },
  sweep: { about: 'a question, and the variants that answer it', first: 'sweep.yaml' },
  'fine-tuning': { about: 'training that starts from what another network has learnt', first: 'pretrain.yaml' },
};
export type TemplateName = keyof typeof TEMPLATES;

/** The files of a template, the one that is run first before the others. */
export function templateFiles(name: TemplateName): NewFile[] {
  const { first } = TEMPLATES[name];
  const others = readdirSync(join(FOLDER, name)).filter((file) => file !== first);
  return [first, ...others].map((file) => ({ name: file, text: readTextSync(join(FOLDER, name, file)) }));
}
