import { UserError } from '../../errors.js';

const UNITS: Partial<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** An age, `30d`, in milliseconds. @throws UserError `bad-usage` */
export function readAge(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text) ?? [];
  const seconds = UNITS[unit];
  if (seconds !== undefined) return 1000 * seconds * Number(number);
  throw new UserError(`${option} is ${text}; expected a number with m, h, d or w (minutes, hours, days, weeks): 30d`, {
    code: 'bad-usage',
    exitCode: 2,
  });
}
