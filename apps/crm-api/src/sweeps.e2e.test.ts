import { TOPICS } from '@bezel/contracts';
import { sweepersRunBy } from '@bezel/local/testing';
import { sweepsOwed } from '@bezel/order-workflow/sweepers';
import { expect, jest, test } from '@jest/globals';
import { ROLES } from './config.ts';
import { crmTestDatabase } from './testing/crm-database.ts';

jest.setTimeout(120_000);

const MAIN = new URL('../dist/main.js', import.meta.url);

test.each(ROLES.filter((role) => role !== 'migrate'))(
  'a process of the CRM with the role %s alone sweeps what is said to be swept in it, and nothing else',
  async (role) => {
    await using database = await crmTestDatabase();
    const owed = sweepsOwed('crm').filter((sweep) => sweep.role === role);
    const run = await sweepersRunBy(MAIN, {
      topics: Object.values(TOPICS),
      variables: { DATABASE_URL: database.url, ROLES: role },
    });
    expect(run).toEqual(owed.map(({ name }) => ({ app: 'crm', sweeper: name })));
  },
);
