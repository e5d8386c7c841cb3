import { describe, expect, test } from '@jest/globals';
import { LIFECYCLE, type Lifecycle } from '../lifecycle/index.ts';
import { CONSTRAINED } from './constraints.ts';
import { nextMigration } from './next-migration.ts';
import { readMigrations } from './read-migrations.ts';

describe('the newest constraints are what the stage contract says; otherwise run "npm run generate"', () => {
  test.each(CONSTRAINED)('$folder', async ({ folder, render }) => {
    expect(nextMigration(await readMigrations(folder), render(LIFECYCLE))).toBeNull();
  });
});

describe('a change of the contract asks for a migration where it matters', () => {
  const { IN_MANUFACTURING, SHIPPED } = LIFECYCLE;
  const SHOP = 'apps/shop-api/migrations';

  test.each<[string, Lifecycle, readonly string[]]>([
    ['nothing changes', LIFECYCLE, []],
    [
      'a new status',
      { ...LIFECYCLE, ENGRAVING: { ...IN_MANUFACTURING, meaning: 'The piece is being engraved.' } },
      CONSTRAINED.map(({ folder }) => folder),
    ],
    [
      'a new move',
      { ...LIFECYCLE, SHIPPED: { ...SHIPPED, endedBy: { ...SHIPPED.endedBy, packed: 'CANCELLED' } } },
      [SHOP],
    ],
    ['a move taken away', { ...LIFECYCLE, SHIPPED: { ...SHIPPED, endedBy: {} } }, [SHOP]],
    ['another message makes a move', { ...LIFECYCLE, SHIPPED: { ...SHIPPED, endedBy: { packed: 'DELIVERED' } } }, []],
    ['another SLA', { ...LIFECYCLE, SHIPPED: { ...SHIPPED, sla: null } }, []],
  ])('%s', async (_, contract, expected) => {
    const asked: string[] = [];
    for (const { folder, render } of CONSTRAINED) {
      const files = await readMigrations(folder);
      const missing = nextMigration(files, render(contract));
      if (missing === null) continue;
      asked.push(folder);
      expect(Number(missing.file.slice(0, 4))).toBe(files.length + 1);
    }
    expect(asked).toEqual(expected);
  });
});

describe('the next migration', () => {
  test('takes the next free number, once', () => {
    const files = [
      { file: '0001_orders.sql', sql: '' },
      { file: '0002_stage_contract.sql', sql: 'old' },
      { file: '0003_more.sql', sql: 'new' },
    ];
    const missing = { file: '0004_stage_contract.sql', sql: 'new' };
    expect(nextMigration(files, 'new')).toEqual(missing);
    expect(nextMigration([...files, missing], 'new')).toBeNull();
    expect(nextMigration([...files, missing], 'old')).toEqual({ file: '0005_stage_contract.sql', sql: 'old' });
    expect(nextMigration([], 'new')).toEqual({ file: '0001_stage_contract.sql', sql: 'new' });
  });
});
