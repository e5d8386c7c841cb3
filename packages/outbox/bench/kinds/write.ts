import { alternate, type Finding, figure, number, round } from '@bezel/local/measuring';
import { createOutbox } from '@bezel/outbox';
import { orderOf, orderPlaced } from '../load/order-event.ts';
import { createOrderTables, placeOrder } from '../load/place-order.ts';
import { createDatabase } from '../servers/database.ts';
import type { BenchContext, Kind } from './kind.ts';

/** What does a message cost the transaction that writes it? */
export const write: Kind = { defaultRows: 10_000, usesClient: false, measure };

const CLIENTS = [1, 8, 32] as const;

async function measure({ servers, options, progress, signal }: BenchContext): Promise<Finding> {
  const { rows, rounds } = options;
  await using database = await createDatabase(servers);
  const { pool } = database;
  const outbox = createOutbox({ source: '/bench' });
  const event = orderPlaced('bench.orders');
  await createOrderTables(pool);
  let orders = 0;

  /** Transactions a second of so many clients, each with a connection of its own. */
  async function rate(clients: number, withMessage: boolean, count = rows): Promise<number> {
    await pool.query('TRUNCATE orders, order_line, outbox.message');
    await pool.query('CHECKPOINT');
    const connections = await Promise.all(Array.from({ length: clients }, () => pool.connect()));
    const last = orders + count;
    const began = performance.now();
    try {
      await Promise.all(
        connections.map(async (connection) => {
          while (orders < last) {
            signal.throwIfAborted();
            orders += 1;
            const order = orderOf(orders);
            await placeOrder(connection, order, async () => {
              if (withMessage) await outbox.write(connection, event, order);
            });
          }
        }),
      );
    } finally {
      for (const connection of connections) connection.release();
    }
    return (count * 1_000) / (performance.now() - began);
  }

  await progress.step('warm up', async () => {
    const count = Math.min(rows, 2_000);
    for (const clients of CLIENTS) {
      await rate(clients, false, count);
      await rate(clients, true, count);
    }
  });
  const results = [];
  for (const clients of CLIENTS) {
    const step = (withMessage: boolean) => (n: number) =>
      progress.step(
        `round ${n + 1} of ${rounds}: ${clients} ${clients === 1 ? 'client' : 'clients'}, ${withMessage ? 'with' : 'without'} a message`,
        () => rate(clients, withMessage),
      );
    const samples = await alternate(rounds, { without: step(false), with: step(true) });
    const without = figure(samples.without, 'higher');
    const withMessage = figure(samples.with, 'higher');
    results.push({ clients, without, withMessage, ratio: withMessage.median / without.median });
  }
  return {
    figures: Object.fromEntries(results.map(({ clients, ratio }) => [`ratio${clients}`, round(ratio, 3)])),
    targets: results.map(({ clients, ratio }) => ({ what: `with ${clients} clients`, value: ratio, atLeast: 0.9 })),
    tables: [
      {
        head: ['clients', 'without: best', 'median', 'with: best', 'median', 'ratio of medians', 'of bests'],
        rows: results.map(({ clients, without, withMessage, ratio }) => [
          String(clients),
          ...[without.best, without.median, withMessage.best, withMessage.median].map((value) => number(value)),
          String(round(ratio, 3)),
          String(round(withMessage.best / without.best, 3)),
        ]),
      },
    ],
    notes: [
      `Transactions a second, ${rows} a round, ${rounds} rounds. A transaction reads the customer, inserts an order and its ` +
        'three lines, updates the customer’s balance and commits: six round trips; the message is one more.',
      'The clients are one Node process with pg, as a service would be. No relay runs.',
      `Postgres: fsync ${await setting(pool, 'fsync')}, synchronous_commit ${await setting(pool, 'synchronous_commit')}.`,
    ],
  };
}

async function setting(
  pool: { query(sql: string, params: unknown[]): Promise<{ rows: { value: string }[] }> },
  name: string,
): Promise<string> {
  const { rows } = await pool.query('SELECT current_setting($1) AS value', [name]);
  return rows[0]?.value ?? '';
}
