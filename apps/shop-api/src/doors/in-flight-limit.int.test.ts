import { expect, test } from '@jest/globals';
import { ANN, PIA, startShop } from '../testing/shop.ts';

test('a door that is full says so at once; the other door and later requests are served', async () => {
  await using shop = await startShop({ maxInFlight: 2 });
  const order = await shop.submitted();
  const { pool } = shop.database;
  await using client = Object.assign(await pool.connect(), {
    async [Symbol.asyncDispose]() {
      client.release();
    },
  });
  await client.query('BEGIN');
  await client.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [order.id]);
  const cancel = () => shop.post(`/v1/orders/${order.id}/cancel`, { reason: 'x' });
  const waiting = [cancel(), cancel()];
  await shop.lockWaiters(2);
  const refused = await shop.ask('/v1/orders', { as: ANN });
  expect(refused).toMatchObject({ status: 503, body: { code: 'door_busy' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await shop.ask('/v1/orders', { as: PIA, door: 'partners' })).status).toBe(200);
  await client.query('COMMIT');
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202]);
  expect((await shop.ask('/v1/orders', { as: ANN })).status).toBe(200);
});
