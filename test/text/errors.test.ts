import { expect, it } from 'vitest';
import { explanationOf, UserError, withDiskErrorsTold } from '../../src/text/errors.js';

it('a full disk is told with its path and what to do', () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, open '/data/x'"), { code: 'ENOSPC' });
  const told = withDiskErrorsTold(full);
  expect(told).toBeInstanceOf(UserError);
  expect(told).toMatchObject({ message: expect.stringContaining('/data/x') as string, code: 'disk' });
  expect(explanationOf(full)).toMatch(/ENOSPC.*\nmake room on the disk/);
});

it('what is no fault of a disk stays what it is', () => {
  const bug = new TypeError('x is undefined');
  expect(withDiskErrorsTold(bug)).toBe(bug);
  const told = new UserError('m', { code: 'c' });
  expect(withDiskErrorsTold(told)).toBe(told);
});
