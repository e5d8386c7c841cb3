import { OrderDelayed } from '@bezel/contracts';
import { createTopic, FROM_SOURCES, testServers } from '@bezel/local/testing';
import { uuidv7 } from '@bezel/outbox';
import { crashMatrix, FAILPOINTS, oneAfterTheOther } from '@bezel/outbox/testing';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { crmTestDatabase } from '../testing/crm-database.ts';
import type { Projecting } from '../testing/projecting.ts';
import { delayed, lifeOf, publish } from '../testing/told.ts';

jest.setTimeout(180_000);

test('the view has each move and delay once, in order, and customers are told once, when the CRM is killed before or after it commits', async () => {
  const failpoints = [FAILPOINTS.consumerHandled, FAILPOINTS.consumerCommitted];
  const results = await crashMatrix({
    failpoints,
    hits: [2],
    async begin() {
      const database = await crmTestDatabase();
      const topic = await createTopic('shop.orders', { partitions: 3 });
      const pool = new pg.Pool({ connectionString: database.url });
      const told = Array.from({ length: 12 }, () => uuidv7()).flatMap((id) => [
        ...lifeOf(id, { moves: 3 }),
        delayed(id, 3),
      ]);
      await publish(topic, told);
      const options: Projecting = {
        databaseUrl: database.url,
        brokers: testServers().kafkaBrokers,
        topic,
        messages: told.length,
      };
      return {
        program: new URL('../testing/projecting.ts', import.meta.url),
        args: [JSON.stringify(options)],
        ...FROM_SOURCES,
        async history() {
          const { rows: handled } = await pool.query(
            `SELECT id FROM (SELECT position, message_id AS id FROM order_move
                             UNION ALL SELECT position, message_id FROM order_delay) AS told ORDER BY position`,
          );
          const { rows: messages } = await pool.query('SELECT id FROM customer_message ORDER BY id');
          const delays = told.filter(({ type }) => type === OrderDelayed.type).map(({ id }) => ({ id }));
          expect(messages).toEqual(delays.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
          return { ...oneAfterTheOther(told.map(({ id, key }) => ({ id, topic, key }))), handled };
        },
        async [Symbol.asyncDispose]() {
          await pool.end();
          await database[Symbol.asyncDispose]();
        },
      };
    },
  });
  expect(results).toEqual(failpoints.map((failpoint) => ({ failpoint, hit: 2, found: [] })));
});
