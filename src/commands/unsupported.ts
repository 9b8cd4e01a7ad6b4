import type { Experiment } from '../config/experiment.js';
import type { Path, ProblemDetails } from '../config/problems.js';

/** A key that the language has and this version doesn't train yet. */
interface Unsupported {
  path: Path;
  isAsked: (config: Experiment) => boolean;
  what: string;
  repair: string;
}

const NOT_YET: Unsupported[] = [
  {
    path: ['training', 'initial_weights'],
    isAsked: ({ training }) => training.initial_weights !== null,
    what: 'fine-tuning from the weights of another run',
    repair: 'remove "initial_weights"',
  },
];

/** What would otherwise be ignored without a word, each key at its place. */
export function unsupported(config: Experiment): { path: Path; details: ProblemDetails }[] {
  return NOT_YET.filter(({ isAsked }) => isAsked(config)).map(({ path, what, repair }) => ({
    path,
    details: { code: 'unsupported', message: `this version of Ablate doesn't do ${what} yet`, hint: repair },
  }));
}
