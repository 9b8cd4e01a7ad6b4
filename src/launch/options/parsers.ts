import { InvalidArgumentError } from 'commander';
import { type Bounds, isWholeIn, wholeIn } from '../settings.js';

/** What commander makes of an option's text. @throws InvalidArgumentError, which commander tells with the option's name */
type Parser = (text: string) => number;

/** A whole number, both bounds included. */
export function wholeNumber(least: number, most: number): Parser {
  const bounds: Bounds = [least, most];
  return (text) => numberOf(text, (value) => isWholeIn(value, bounds), wholeIn(bounds));
}

/** A number between two others, both left out. */
export function numberBetween(above: number, below = Infinity): Parser {
  const expected = below === Infinity ? `a number above ${above}` : `a number between ${above} and ${below}`;
  return (text) => numberOf(text, (value) => value > above && value < below, expected);
}

/** Seconds, from 0 on. */
export function seconds(text: string): number {
  return numberOf(text, (value) => value >= 0 && value < Infinity, 'a number of seconds');
}

const UNITS: Partial<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** An age, `30d`, in milliseconds. */
export function age(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text) ?? [];
  const unitSeconds = UNITS[unit];
  if (unitSeconds !== undefined) return 1000 * unitSeconds * Number(number);
  throw new InvalidArgumentError('Expected a number with m, h, d or w (minutes, hours, days, weeks): 30d.');
}

function numberOf(text: string, isValid: (value: number) => boolean, expected: string): number {
  const value = Number(text);
  if (text.trim() !== '' && isValid(value)) return value;
  throw new InvalidArgumentError(`Expected ${expected}.`);
}
