import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect } from 'vitest';
import { catalogue } from '../../src/data/catalogue.js';
import { it } from './fixtures.js';

describe('the published datasets', () => {
  it('say size, licence and citation, and whether they are here', async ({ folder }) => {
    const environment = { ABLATE_CACHE: folder };
    const all = await catalogue(environment);
    const names = all.map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(['mnist', 'fashion_mnist', 'kmnist', 'cifar10', 'cifar100']);
    expect(names).toContain('pneumoniamnist');
    for (const { train, test, classes, licence, citation, page } of all) {
      expect(Math.min(train, test, classes)).toBeGreaterThan(1);
      expect(licence).not.toBe('');
      expect(citation).toMatch(/\((19|20)\d\d\)/);
      expect(URL.canParse(page)).toBe(true);
    }
    expect(all.filter(({ isHere }) => isHere).map(({ name }) => name)).toEqual(['mnist']);
  });

  it('are here when all their files are, as large as they are published', async ({ folder }) => {
    const environment = { ABLATE_CACHE: folder };
    const [, , kmnist] = await catalogue(environment);
    const place = join(folder, 'datasets', 'kmnist');
    mkdirSync(place, { recursive: true });
    for (const { urls, bytes } of kmnist.files) {
      const file = join(place, basename(urls[0]));
      writeFileSync(file, '');
      truncateSync(file, bytes);
    }
    const isHere = async (): Promise<boolean> => (await catalogue(environment))[2].isHere;
    expect(await isHere()).toBe(true);
    truncateSync(join(place, basename(kmnist.files[0].urls[0])), 5);
    expect(await isHere()).toBe(false);
  });
});
