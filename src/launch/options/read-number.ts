import { UserError } from '../../errors.js';

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

/**
 * The value of an option that is a whole number from 1 to a maximum.
 * @throws UserError `bad-usage`
 */
export function wholeNumber(option: string, text: string, maximum: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new UserError(`${option} is ${text}; expected a whole number from 1 to ${maximum}`, {
    code: 'bad-usage',
    exitCode: 2,
  });
}
