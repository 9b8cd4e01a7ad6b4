import type { TableModel } from './table-model.js';

/** A text, and the same without each of its words in turn. */
export interface OccludedText {
  words: string[];
  /** [1 + words]: the whole first. */
  texts: string[];
}

/** Whether a model takes one text and tells classes of it. */
export function readsText({ inputs, target }: TableModel): boolean {
  const isOfClasses = target.column.type === 'category' || target.column.type === 'binary';
  return inputs.length === 1 && inputs[0].column.type === 'text' && isOfClasses;
}

/** Leaves out each word (occlusion, Zeiler and Fergus 2014; of texts: Li et al. 2016). */
export function occludedText(text: string): OccludedText {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const others = words.map((_, left) => words.filter((__, index) => index !== left).join(' '));
  return { words, texts: [words.join(' '), ...others] };
}

/** How much less a model says of a class where each word is left out. @param values of the class, of each of the texts */
export function wordEffects([whole, ...others]: readonly number[]): number[] {
  return others.map((value) => whole - value);
}
