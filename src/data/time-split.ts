import { UserError } from '../text/errors.js';
import type { Sides } from './group-split.js';
import { everyIndex } from './rows.js';

/**
 * The newest rows, all of equal time on one side: as many as come nearest to the part that is wanted, one time at least and
 * never all.
 * @param times [count]
 * @param part of the rows, in [0, 1)
 * @throws UserError `too-few-times`
 */
export function takeNewest(times: Float64Array, part: number): Sides {
  const rows = everyIndex(times.length);
  if (part === 0) return { drawn: rows.subarray(0, 0), rest: rows };
  const newestFirst = times.slice().sort().reverse();
  // How many rows there are up to the end of each time.
  const ends = newestFirst.reduce<number[]>((found, time, index) => {
    if (index + 1 < newestFirst.length && newestFirst[index + 1] !== time) found.push(index + 1);
    return found;
  }, []);
  if (ends.length === 0) throw oneTime();
  const wanted = Math.round(times.length * part);
  const count = ends.reduce((best, end) => (Math.abs(end - wanted) < Math.abs(best - wanted) ? end : best));
  const oldest = newestFirst[count - 1];
  return { drawn: rows.filter((row) => times[row] >= oldest), rest: rows.filter((row) => times[row] < oldest) };
}

function oneTime(): UserError {
  return new UserError("rows of one time can't be on two sides: dataset.split.time", {
    code: 'too-few-times',
    hint: 'name a column of more than one time, three where rows validate and are tested',
    exitCode: 2,
  });
}
