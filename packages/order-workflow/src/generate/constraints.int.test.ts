import { createDatabase } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { LIFECYCLE, type Lifecycle, transitionsOf } from '../lifecycle/index.ts';
import { CONSTRAINED } from './constraints.ts';

jest.setTimeout(60_000);

test('a contract that changes holds for new rows; rows of before stay, and can be read and left', async () => {
  await using database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(`
      CREATE TABLE order_history (from_status text, to_status text NOT NULL);
      CREATE TABLE order_refused_fact (status text NOT NULL)`);
    const shop = CONSTRAINED.find(({ folder }) => folder.includes('shop-api'));
    const apply = (lifecycle: Lifecycle) => client.query(`BEGIN; ${shop?.render(lifecycle)} COMMIT`);
    const move = (from: string | null, to: string) =>
      client.query('INSERT INTO order_history VALUES ($1, $2)', [from, to]).then(
        () => 'taken',
        (error: pg.DatabaseError) => error.constraint,
      );

    await apply(LIFECYCLE);
    // The same a second time: a migration that was tried again finds the constraint of before.
    await apply(LIFECYCLE);
    for (const { from, to } of transitionsOf(LIFECYCLE)) expect(await move(from, to)).toBe('taken');
    expect(await move(null, 'SUBMITTED')).toBe('taken');
    expect(await move(null, 'PRICED')).toBe('order_history_allowed');
    expect(await move('PACKED', 'ENGRAVING')).toBe('order_history_allowed');
    const before = (await client.query('SELECT * FROM order_history')).rowCount;

    const { PACKED } = LIFECYCLE;
    const changed: Lifecycle = {
      ...(LIFECYCLE as Lifecycle),
      PACKED: { ...PACKED, endedBy: { shipped: 'ENGRAVING' } },
      ENGRAVING: { ...PACKED, endedBy: { shipped: 'SHIPPED' } },
    };
    await apply(changed);
    expect((await client.query('SELECT * FROM order_history')).rowCount).toBe(before);
    expect(await move('PACKED', 'ENGRAVING')).toBe('taken');
    expect(await move('ENGRAVING', 'SHIPPED')).toBe('taken');
    expect(await move('PACKED', 'SHIPPED')).toBe('order_history_allowed');
    expect(await move('PACKED', 'CANCELLED')).toBe('order_history_allowed');
  } finally {
    await client.end();
  }
});
