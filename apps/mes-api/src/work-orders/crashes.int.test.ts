import { FROM_SOURCES } from '@bezel/local/testing';
import { CRASH_POINTS, committedIn, crashMatrix, oneAfterTheOther } from '@bezel/outbox/testing';
import { expect, jest, test } from '@jest/globals';
import { createMesDatabase } from '../testing/mes-database.ts';
import { anOrder } from '../testing/orders.ts';

jest.setTimeout(180_000);

test('each work order has its event, and each event its work order, when the MES is killed at its writes', async () => {
  const failpoints = CRASH_POINTS.writer;
  const results = await crashMatrix({
    failpoints,
    hits: [3],
    async begin() {
      const database = await createMesDatabase();
      const orders = Array.from({ length: 6 }, () => anOrder());
      return {
        program: new URL('../testing/opening.ts', import.meta.url),
        args: [database.url, JSON.stringify(orders)],
        ...FROM_SOURCES,
        async history() {
          const { rows } = await database.pool.query('SELECT order_id AS id FROM work_order');
          expect(rows).toHaveLength(orders.length);
          const opened = rows.map(({ id }) => ({ id, topic: 'work orders', key: id }));
          const told = (await committedIn(database.pool)).map(({ key }) => ({ id: key }));
          return { ...oneAfterTheOther(opened), handled: told };
        },
        [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
      };
    },
  });
  expect(results).toEqual(failpoints.map((failpoint) => ({ failpoint, hit: 3, found: [] })));
});
