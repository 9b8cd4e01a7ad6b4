// How often answers err, and what they find: simulated, with the code that decides. Seeded: the same table each time.
import { judgementOf } from '../src/analysis/answer-facts.js';
import { type Contender, decide, type Decision } from '../src/analysis/decision.js';
import { interactionPValues } from '../src/analysis/interaction.js';
import { marginalValues } from '../src/analysis/marginal-effects.js';
import { randomStream, type RandomStream } from '../src/random.js';
import { mean } from '../src/analysis/statistics/describe.js';
import { median } from './median.js';

const STUDIES = Number(process.env.BENCH_STUDIES ?? 1000);
/** Of studies with added seeds, which are looked at after each. */
const ADDED = STUDIES / 4;
const SEEDS = [3, 5, 8, 12];
const MOST_SEEDS = 20;
const GOAL = 'maximize' as const;

/** One seed's value of each variant. */
type Draw = (stream: RandomStream) => number[];

interface Case {
  name: string;
  draw: Draw;
  /** Whether the decision claims what isn't so; any difference, unless told. */
  isFalse?: (decision: Decision) => boolean;
  margin?: number;
  /** Each variant has seeds of its own. */
  isUnpaired?: boolean;
  /** A draw is of a dataset, not of a seed: none are added. */
  isOfDatasets?: boolean;
}

const exponential = (stream: RandomStream): number => -Math.log(1 - stream.uniform()) - 1;
const correct = (stream: RandomStream, images: number, chance: number): number =>
  Array.from({ length: images }, () => stream.uniform()).filter((each) => each < chance).length / images;
const times = (count: number, draw: (stream: RandomStream, i: number) => number): Draw => {
  return (stream) => Array.from({ length: count }, (_, i) => draw(stream, i));
};
const normal = (stream: RandomStream): number => stream.normal();
/** Of a dataset: two variants' means over five seeds, whose difference varies from dataset to dataset by itself, too. */
const onDataset = (stream: RandomStream, spread: number, noise: number): number[] => {
  const difficulty = 5 * stream.normal();
  const seeds = Array.from({ length: 5 }, () => [stream.normal(), stream.normal()]);
  return [0, 1].map((i) => difficulty + spread * stream.normal() + noise * mean(seeds.map((values) => values[i])));
};
const isAnyDifference = ({ comparisons }: Decision): boolean =>
  comparisons.some(({ verdict }) => verdict === 'different');
const isEquivalence = ({ comparisons }: Decision): boolean =>
  comparisons.some(({ verdict }) => verdict === 'equivalent');
/** Of ten the first two are equal, and better than all others. */
const isWrongOfTied = ({ best, comparisons }: Decision): boolean =>
  best.length === 1 ||
  comparisons.some(
    ({ first, second, better }) =>
      (better !== null && first === '0' && second === '1') || (Number(better) > 1 && (first === '0' || first === '1')),
  );

const CASES: Case[] = [
  { name: 'A/A: normal', draw: times(2, normal) },
  { name: 'one image more or less', draw: (stream) => [0, stream.below(2) * 2 - 1] },
  { name: 'one image more, less or none', draw: (stream) => [0, stream.below(3) - 1] },
  { name: 'of 100 images', draw: times(2, (stream) => correct(stream, 100, 0.97)) },
  { name: 'skewed (exponential), both', draw: times(2, exponential) },
  { name: 'skewed against 10 times as tight', draw: (stream) => [exponential(stream), stream.normal() / 10] },
  { name: 'skewed against 100 times as tight', draw: (stream) => [exponential(stream), stream.normal() / 100] },
  { name: 'skewed against 3 times as tight', draw: (stream) => [exponential(stream), stream.normal() / 3] },
  { name: 'heteroscedastic: 1 against 4', draw: (stream) => [stream.normal(), 4 * stream.normal()] },
  { name: 'outliers: a tenth 10 times as far', draw: times(2, (s) => s.normal() * (s.below(10) === 0 ? 10 : 1)) },
  { name: 'uniform', draw: times(2, (stream) => stream.uniform()) },
  { name: 'A/A without shared seeds', draw: times(2, normal), isUnpaired: true },
  {
    name: 'skewed, tight, without shared seeds',
    draw: (stream) => [exponential(stream), stream.normal() / 10],
    isUnpaired: true,
  },
  {
    name: 'equivalence at the margin',
    draw: (stream) => [stream.normal(), 1 + stream.normal()],
    margin: 1,
    isFalse: isEquivalence,
  },
  {
    name: 'equivalence at the margin, tight',
    draw: (stream) => [0.2 * stream.normal(), 1 + 0.2 * stream.normal()],
    margin: 1,
    isFalse: isEquivalence,
  },
  {
    name: 'datasets × 5 seeds, no effect anywhere',
    draw: (stream) => onDataset(stream, 0, 1),
    isOfDatasets: true,
  },
  {
    name: 'datasets × 5 seeds, effects that cancel',
    draw: (stream) => onDataset(stream, 1, 1),
    isOfDatasets: true,
  },
  {
    name: 'datasets × 5 seeds, a third of them 10 times as noisy',
    draw: (stream) => onDataset(stream, 0.1, stream.below(3) === 0 ? 10 : 1),
    isOfDatasets: true,
  },
  {
    name: 'datasets × 5 seeds, effects skewed (exponential)',
    draw: (stream) => {
      const [first, second] = onDataset(stream, 0, 1);
      return [first + exponential(stream), second];
    },
    isOfDatasets: true,
  },
  { name: 'three equal variants', draw: times(3, normal) },
  { name: 'ten equal variants', draw: times(10, normal) },
  {
    name: 'two best of ten',
    draw: times(10, (stream, i) => stream.normal() - (i > 1 ? 20 : 0)),
    isFalse: isWrongOfTied,
  },
];

/** The rates of false claims as a table, then what is found. */
export function statistics(): Promise<string> {
  const rows = CASES.map((one) => [
    one.name,
    ...SEEDS.map((seeds) => told(rateOf(one, seeds))),
    one.isUnpaired || one.isOfDatasets ? '' : told(addedRateOf(one)),
  ]);
  const grids = [
    [
      '2 × 2 grid of noise: variants, factors, interaction',
      ...SEEDS.map((n) => told(gridRate(n, false))),
      told(gridRate(MOST_SEEDS, true)),
    ],
  ];
  const added = POWERS.map(addedPower);
  return Promise.resolve(`## How often answers err

Chance of a false claim in a whole answer, in % with the standard error of the simulation (${STUDIES} studies; with added
seeds ${ADDED}, of ten variants ${ADDED / 5}). Stated: at most 5. Of rows of datasets the columns are so many datasets.

| differences | ${SEEDS.map((seeds) => `${seeds} seeds`).join(' | ')} | added, up to ${MOST_SEEDS} |
|---|${'---:|'.repeat(SEEDS.length + 1)}
${[...rows, ...grids].map((row) => `| ${row.join(' | ')} |`).join('\n')}

Found, for a difference of d_z standard deviations of the differences, two variants:

| d_z | ${POWERS.join(' | ')} |
|---|${'---:|'.repeat(POWERS.length)}
${SEEDS.map((seeds) => `| ${seeds} seeds, % | ${POWERS.map((dz) => share(powerOf(dz, seeds))).join(' | ')} |`).join('\n')}
| added, up to ${MOST_SEEDS}, % | ${added.map(({ found }) => share(found)).join(' | ')} |
| seeds taken, median if found | ${added.map(({ seeds }) => String(seeds)).join(' | ')} |

The best of ten, ahead by six standard deviations of a seed, with 5 seeds: named in ${share(bestOfTen())} %.

`);
}

const POWERS = [0.5, 1, 1.5, 2, 3, 5];

function told({ rate, studies }: { rate: number; studies: number }): string {
  return `${share(rate)} ± ${share(Math.sqrt((rate * (1 - rate)) / studies))}`;
}

function share(value: number): string {
  return (100 * value).toFixed(1);
}

function contenders(seeds: readonly number[][], isUnpaired = false): Contender[] {
  return seeds[0].map((_, variant) => ({
    name: String(variant),
    values: new Map(seeds.map((values, seed) => [isUnpaired ? seed + 1000 * variant : seed, values[variant]])),
  }));
}

function judged(seeds: readonly number[][], sequential: boolean, { margin, isUnpaired }: Partial<Case>): Decision {
  const judgement = judgementOf({ sequential, margin });
  return decide(contenders(seeds, isUnpaired), { baseline: null, goal: GOAL, judgement });
}

function rateOf({ name, draw, isFalse = isAnyDifference, ...wishes }: Case, seeds: number) {
  const stream = randomStream(seeds, `bench/statistics/${name}`);
  let wrong = 0;
  for (let study = 0; study < STUDIES; study++) {
    if (
      isFalse(
        judged(
          Array.from({ length: seeds }, () => draw(stream)),
          false,
          wishes,
        ),
      )
    )
      wrong++;
  }
  return { rate: wrong / STUDIES, studies: STUDIES };
}

/** Looked at after each seed from the third on, until it is decided: all variants have the same seeds here. */
function addedRateOf({ name, draw, isFalse = isAnyDifference, ...wishes }: Case) {
  const stream = randomStream(0, `bench/statistics/${name}`);
  const studies = draw(randomStream(0, name)).length > 3 ? ADDED / 5 : ADDED;
  let wrong = 0;
  for (let study = 0; study < studies; study++) if (isFalse(untilDecided(() => draw(stream), wishes).decision)) wrong++;
  return { rate: wrong / studies, studies };
}

function untilDecided(next: () => number[], wishes: Partial<Case>): { decision: Decision; seeds: number } {
  const drawn = [next(), next()];
  for (;;) {
    drawn.push(next());
    const decision = judged(drawn, true, wishes);
    if (decision.decided || drawn.length === MOST_SEEDS) return { decision, seeds: drawn.length };
  }
}

/** Any false claim of a 2 × 2 grid of equal variants: about variants, about either factor, about their interaction. */
function gridRate(seeds: number, sequential: boolean) {
  const stream = randomStream(seeds, `bench/statistics/grid/${sequential}`);
  const studies = sequential ? ADDED : STUDIES;
  let wrong = 0;
  for (let study = 0; study < studies; study++) {
    const drawn = Array.from({ length: seeds }, () => Array.from({ length: 4 }, () => stream.normal()));
    const first = sequential ? 3 : seeds;
    for (let n = first; n <= seeds; n++) {
      if (!isFalseGrid(drawn.slice(0, n), sequential)) continue;
      wrong++;
      break;
    }
  }
  return { rate: wrong / studies, studies };
}

function isFalseGrid(drawn: readonly number[][], sequential: boolean): boolean {
  const questions = 4;
  const judgement = judgementOf({ sequential, questions });
  const runs = drawn.flatMap((values, seed) =>
    values.map((value, i) => ({ levels: { a: String(i % 2), b: String(i >> 1) }, seed, value })),
  );
  const ofFactors = ['a', 'b'].map((key) => [...marginalValues(runs, key)].map(([name, values]) => ({ name, values })));
  const asked = [contenders(drawn), ...ofFactors];
  const options = { baseline: null, goal: GOAL, judgement };
  const interactions = interactionPValues(runs, [['a', 'b']], { sequential, questions });
  return asked.some((one) => isAnyDifference(decide(one, options))) || interactions.some((p) => (p ?? 1) < 0.05);
}

function powerOf(dz: number, seeds: number): number {
  const draw: Draw = (stream) => [dz * Math.SQRT2 + stream.normal(), stream.normal()];
  return rateOf({ name: `power ${dz}`, draw }, seeds).rate;
}

function addedPower(dz: number): { found: number; seeds: number } {
  const stream = randomStream(0, `bench/statistics/added power ${dz}`);
  const studies = Array.from({ length: ADDED }, () =>
    untilDecided(() => [dz * Math.SQRT2 + stream.normal(), stream.normal()], {}),
  );
  const found = studies.filter(({ decision }) => isAnyDifference(decision));
  return { found: found.length / studies.length, seeds: median(found.map(({ seeds }) => seeds)) };
}

function bestOfTen(): number {
  const draw = times(10, (stream, i) => stream.normal() + (i === 0 ? 6 : 0));
  return rateOf({ name: 'best of ten', draw, isFalse: ({ best }) => best.join() === '0' }, 5).rate;
}
