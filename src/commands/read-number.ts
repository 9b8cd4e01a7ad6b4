import { UserError } from '../errors.js';

/**
 * The number that an option was given.
 * @param range that it must lie in, both ends left out
 * @throws UserError `bad-usage`
 */
export function readNumber(
  option: string,
  text: string,
  { above, below = Infinity }: Record<'above', number> & { below?: number },
): number {
  const number = Number(text);
  if (text.trim() !== '' && number > above && number < below) return number;
  const expected = below === Infinity ? `a number above ${above}` : `a number between ${above} and ${below}`;
  throw new UserError(`${option} is ${text}; expected ${expected}`, { code: 'bad-usage', exitCode: 2 });
}
