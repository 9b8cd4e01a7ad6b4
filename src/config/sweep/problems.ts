import { ConfigError } from '../text/config-error.js';
import type { Experiment } from '../schema/experiment.generated.js';
import type { LoadedExperiment } from '../load.js';
import { LIMITS } from '../text/parse.js';
import { inOrder, type Path, type Problem, type ProblemDetails } from '../text/problems.js';
import { locationOf } from '../text/source.js';
import type { Values } from './conditions.js';
import { variantLabel } from './label.js';
import { givenNames, type GivenNames } from './names.js';
import { variantsOf, type Variant, type VariantResolver } from '../variants/variants.js';

/** Finds mistakes that only show in a complete configuration, such as layers that don't fit their images. */
export type VariantCheck = (config: Experiment) => readonly { path: Path; details: ProblemDetails }[];

/** The same mistake in any number of variants. */
interface Mistake {
  problem: Problem;
  count: number;
  first: Values;
}

/**
 * Checks every variant, before the first one trains.
 * @param check beyond what holds for any experiment file
 * @param see is given the configuration of each variant
 * @throws ConfigError with each mistake once, at the value of the sweep that makes it, and in how many variants it is
 */
export function checkVariants(
  experiment: LoadedExperiment,
  variants: readonly Values[],
  check: VariantCheck = () => [],
  see: (values: Values, config: Experiment) => void = () => undefined,
): void {
  const collector = new MistakeCollector(variantsOf(experiment), check, see);
  for (const values of variants) collector.add(values);
  const { sweep } = experiment.config;
  const problems = collector.problems(variants, (values) => (sweep ? givenNames(sweep, values) : undefined));
  if (problems.length > 0) throw new ConfigError(problems);
}

class MistakeCollector {
  readonly #resolver: VariantResolver;
  readonly #check: VariantCheck;
  readonly #see: (values: Values, config: Experiment) => void;
  readonly #mistakes = new Map<string, Mistake>();
  /** The value that was found to make a mistake: it most likely makes it in other variants too. */
  readonly #culprits = new Map<string, [key: string, value: string]>();

  constructor(resolver: VariantResolver, check: VariantCheck, see: (values: Values, config: Experiment) => void) {
    this.#resolver = resolver;
    this.#check = check;
    this.#see = see;
  }

  add(values: Values): void {
    const variant = this.#resolver.resolve(values);
    this.#see(values, variant.config);
    for (const problem of this.#problemsIn(variant)) {
      const placed = this.#placed(problem, values);
      const identity = JSON.stringify([placed.file, placed.line, placed.column, placed.code, placed.path]);
      const known = this.#mistakes.get(identity);
      if (known) known.count++;
      else if (this.#mistakes.size < LIMITS.problems) {
        this.#mistakes.set(identity, { problem: placed, count: 1, first: values });
      }
    }
  }

  problems(variants: readonly Values[], namesOf: (values: Values) => GivenNames | undefined): Problem[] {
    const keys = [...new Set(variants.flatMap((values) => Object.keys(values)))];
    const told = [...this.#mistakes.values()].map(({ problem, count, first }) => {
      const such =
        keys.length > 1 ? `${count > 1 ? ', such as' : ':'} ${variantLabel(first, keys, namesOf(first))}` : '';
      return { ...problem, message: `${problem.message} (in ${count} of ${variants.length} variants${such})` };
    });
    return inOrder(told);
  }

  #problemsOf(values: Values): readonly Problem[] {
    return this.#problemsIn(this.#resolver.resolve(values));
  }

  #problemsIn(variant: Variant): readonly Problem[] {
    if (variant.problems.length > 0) return variant.problems;
    return this.#check(variant.config).map(({ path, details }) => variant.problem(path, details));
  }

  /** The mistake at the value that makes it: it is written there, or would not be there without that value. */
  #placed(problem: Problem, values: Values): Problem {
    const { places } = this.#resolver;
    if (Object.entries(values).some(([key, value]) => places.holds(key, value, problem))) return problem;
    const culprit = this.#culprit(problem, values);
    if (culprit === undefined) return problem;
    const place = locationOf(places.locate(culprit, values[culprit]));
    const hint = problem.hint ?? `the key itself is in ${problem.file}, line ${problem.line}`;
    return { ...problem, ...place, hint };
  }

  #culprit(problem: Problem, values: Values): string | undefined {
    const signature = `${problem.code} ${problem.path}`;
    const [known, value] = this.#culprits.get(signature) ?? [];
    if (known !== undefined && Object.hasOwn(values, known) && JSON.stringify(values[known]) === value) return known;
    const keys = Object.keys(values);
    const left = keys.map((key) => this.#problemsOf(without(values, key)));
    const isSame = ({ code, path }: Problem) => code === problem.code && path === problem.path;
    const alone = keys.find((_, i) => left[i].length === 0) ?? keys.find((_, i) => !left[i].some(isSame));
    const culprit = alone ?? keys.find((key) => key.split('.')[0] === problem.path.split('.')[0]) ?? keys.at(0);
    if (culprit !== undefined) this.#culprits.set(signature, [culprit, JSON.stringify(values[culprit])]);
    return culprit;
  }
}

function without(values: Values, key: string): Values {
  return Object.fromEntries(Object.entries(values).filter(([other]) => other !== key));
}
