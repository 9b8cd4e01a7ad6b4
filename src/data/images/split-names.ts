/** What a folder of images is for. */
export type Role = 'train' | 'validation' | 'test';

/** A word → what it says; `evaluation` is used for validation by some and for the test by others. */
const roles: Readonly<Record<string, Role | 'evaluation'>> = {
  ...{ train: 'train', training: 'train', trn: 'train', trainval: 'train' },
  ...{
    val: 'validation',
    valid: 'validation',
    validation: 'validation',
    validate: 'validation',
    validating: 'validation',
  },
  ...{ dev: 'validation', development: 'validation' },
  ...{ test: 'test', testing: 'test', tst: 'test', holdout: 'test' },
  ...{ eval: 'evaluation', evaluation: 'evaluation' },
};

/** Words that add nothing: `training_set`, `test-images`. */
const fillers = new Set(
  'set sets data dataset datasets image images img imgs photo photos picture pictures sample samples split folder'.split(
    ' ',
  ),
);

/** A folder's name that says what its images are for. */
export interface SplitName {
  name: string;
  role: Role | 'evaluation';
}

/**
 * The names that say a role in any usual spelling: `Training`, `training_set`, `testset`, `val2017`; with a word of their own
 * (`seg_train`) only if others have the same word and another role (`seg_test`), since `train_station` is a place.
 */
export function splitNames(names: readonly string[]): SplitName[] {
  const read = names.flatMap((name) => readName(name) ?? []);
  return read
    .filter(({ rest, role }) => rest === '' || read.some((other) => other.rest === rest && other.role !== role))
    .map(({ name, role }) => ({ name, role }));
}

/** @returns the role of the one word that says one, and the other words */
function readName(name: string): (SplitName & { rest: string }) | undefined {
  const words = wordsOf(name);
  const saying = words.filter((word) => Object.hasOwn(roles, word));
  const joined = saying.join('');
  // `train_val` is one word in two.
  const role = saying.length === 1 || Object.hasOwn(roles, joined) ? roles[joined] : undefined;
  if (role === undefined) return undefined;
  return { name, role, rest: words.filter((word) => !Object.hasOwn(roles, word)).join(' ') };
}

/** In lower case, without numbers and fillers, also those that are joined to a word: `TrainSet2`, `testdata`. */
function wordsOf(name: string): string[] {
  const words = name
    .normalize('NFKC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .match(/\p{L}+/gu);
  return (words ?? [])
    .filter((word) => !fillers.has(word))
    .map((word) => {
      const core = word.replace(/(set|data|images|imgs)$/, '');
      return Object.hasOwn(roles, core) ? core : word;
    });
}
