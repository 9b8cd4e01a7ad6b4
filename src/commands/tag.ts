import type { Command } from 'commander';
import { badUsage } from '../text/errors.js';
import { NAMES, runsDirectoryOption } from '../launch/options/runs-directory.js';

interface Options {
  runsDir: string;
  remove: string[];
}

/** Adds `ablate tag` to the program. */
export function registerTag(program: Command): void {
  program
    .command('tag')
    .description('tag a run or a sweep; without tags, print those that it has')
    .argument('<id>', `a run or a sweep: ${NAMES}`)
    .argument('[tag...]', 'words, or pairs: champion team=vision')
    .option('--remove <key...>', 'take tags away (a server of MLflow that has got them keeps them)', [])
    .addOption(runsDirectoryOption())
    .action(tag);
}

async function tag(id: string, words: string[], { runsDir, remove }: Options): Promise<void> {
  const { findSweepOrRun } = await import('../sweep/find.js');
  const { tagsOf } = await import('../study/run-rows.js');
  const { tagsText } = await import('../tracking/user-tags.js');
  const found = findSweepOrRun(runsDir, id);
  const added = Object.fromEntries(words.map(parseTag));
  const removed = Object.fromEntries(remove.map((key) => [key, null]));
  if (words.length + remove.length > 0) {
    const { label } = await import('../launch/tracking/label.js');
    await label(found, { tags: { ...added, ...removed } });
  }
  process.stdout.write(`${tagsText(tagsOf(found))}\n`);
}

/** What a run says of itself in tags; the way in which it is resumed follows from some. */
const RESERVED = /^(mlflow|ablate|initial_weights|sweep)\.|^(engine|device|threads|trains_on|pruned|variant|sweep)$/;

/** @throws UserError `bad-usage` */
function parseTag(word: string): [string, string] {
  const [, key = '', , value = 'true'] = /^([^=]+)(=(.*))?$/s.exec(word) ?? [];
  if (key !== '' && !RESERVED.test(key) && !/\p{Cc}/u.test(key)) return [key, value];
  throw badUsage(
    `${JSON.stringify(word)} can't be a tag`,
    'give a word, or KEY=VALUE; what Ablate and MLflow tag runs with themselves is taken (engine, ablate.…, mlflow.…)',
  );
}
