import { foldOf } from '../data/split.js';
import { CHANCE_SOURCES, sourceSeeds } from '../random.js';

/** What a run's chance is seeded by. */
interface Seeding {
  seed: number;
  seeds?: Parameters<typeof sourceSeeds>[0]['seeds'];
  folds?: number | null;
}

/** A run's seed, with the sources of chance that have one of their own, and its fold: `7 (split 3), fold 4 of 5`. */
export function seedText({ seed, seeds, folds }: Seeding): string {
  const own = CHANCE_SOURCES.flatMap((source) => (seeds?.[source] == null ? [] : [`${source} ${seeds[source]}`]));
  const { fold } = foldOf(sourceSeeds({ seed, seeds }).split, folds ?? 1);
  return `${seed}${own.length > 0 ? ` (${own.join(', ')})` : ''}${folds ? `, fold ${fold + 1} of ${folds}` : ''}`;
}

/** The same, of the params that a run has written down. */
export function seedTextOf(seed: number, params: Readonly<Record<string, string>>): string {
  const read = (key: string): number | null => {
    const value = Number(Object.hasOwn(params, key) ? params[key] : 'absent');
    return Number.isInteger(value) ? value : null;
  };
  const seeds = CHANCE_SOURCES.map((source) => [source, read(`training.seeds.${source}`)] as const);
  return seedText({ seed, seeds: Object.fromEntries(seeds), folds: read('dataset.split.folds') });
}
