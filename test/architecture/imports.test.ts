import { readFileSync } from 'node:fs';
import { type IConfiguration, cruise } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';

// The rules themselves, with the reasons, are in .dependency-cruiser.json (see docs/architecture.md).
const configuration = JSON.parse(readFileSync('.dependency-cruiser.json', 'utf8')) as IConfiguration;

async function violations(): Promise<string[]> {
  const { forbidden, options } = configuration;
  const { output } = await cruise(['src'], { ...options, ruleSet: { forbidden }, validate: true });
  if (typeof output === 'string') throw new Error(output);
  expect(output.summary.totalCruised).toBeGreaterThan(50); // nothing read would be nothing found
  return output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

describe('imports', () => {
  it('go only in the directions of the design', async () => {
    expect(await violations()).toEqual([]);
  });
});
