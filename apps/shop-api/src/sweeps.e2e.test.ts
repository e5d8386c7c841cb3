import { TOPICS } from '@bezel/contracts';
import { createNamespace, sweepersRunBy } from '@bezel/local/testing';
import { sweepsOwed } from '@bezel/order-workflow/sweepers';
import { expect, jest, test } from '@jest/globals';
import { ROLES } from './config.ts';
import { shopTestDatabase } from './testing/shop-database.ts';

jest.setTimeout(120_000);

const MAIN = new URL('../dist/main.js', import.meta.url);

test.each(ROLES.filter((role) => role !== 'migrate'))(
  'a process of the shop with the role %s alone sweeps what is said to be swept in it, and nothing else',
  async (role) => {
    await using database = await shopTestDatabase();
    const TEMPORAL_NAMESPACE = await createNamespace();
    const owed = sweepsOwed('shop').filter((sweep) => sweep.role === role);
    const run = await sweepersRunBy(MAIN, {
      topics: Object.values(TOPICS),
      variables: { DATABASE_URL: database.url, ROLES: role, TEMPORAL_NAMESPACE },
    });
    expect(run).toEqual(owed.map(({ name }) => ({ app: 'shop', sweeper: name })));
  },
);
