import type pg from 'pg';
import { openTransaction } from '../../../src/testing/fixtures/outbox/transactions.ts';
import { accountOf, type Fact } from '../account.ts';
import { type Stage, send, setStatus, setStatusAndTell, settled, startRelay, untilArrived } from '../stage.ts';
import type { Way } from '../way.ts';

const SLOW: Fact = { order: 'order-1', status: 'placed' };
const FAST: Fact = { order: 'order-2', status: 'placed' };

async function writeNaively(tx: pg.PoolClient, fact: Fact): Promise<void> {
  await setStatus(tx, fact);
  await tx.query('INSERT INTO naive_outbox (order_id, status) VALUES ($1, $2)', [fact.order, fact.status]);
}

/** Sends what is new: what has a greater id than the last that was sent. */
function createNaiveRelay(stage: Stage) {
  let lastId = 0;
  return async function poll(): Promise<void> {
    const { rows } = await stage.pool.query(
      'SELECT id::int, order_id AS order, status FROM naive_outbox WHERE id > $1 ORDER BY id',
      [lastId],
    );
    for (const { id, order, status } of rows) {
      await send(stage, { order, status });
      lastId = id;
    }
  };
}

export const LATE_COMMIT: Way = {
  title: 'Poll by id, and pass by a row that is committed late',
  naivelyWrong: { lost: ['order-1 placed'] },
  async naive(stage) {
    const poll = createNaiveRelay(stage);
    await using slow = await openTransaction(stage.pool);
    await using fast = await openTransaction(stage.pool);
    await writeNaively(slow.client, SLOW); // draws id 1
    await writeNaively(fast.client, FAST); // draws id 2
    await fast.end('COMMIT');
    await poll();
    await slow.end('COMMIT');
    await poll();
    return accountOf(await stage.committed(), await stage.arrived());
  },
  async bezel(stage) {
    await using _ = await startRelay(stage);
    await using slow = await openTransaction(stage.pool);
    await using fast = await openTransaction(stage.pool);
    await setStatusAndTell(stage, slow.client, SLOW);
    await setStatusAndTell(stage, fast.client, FAST);
    await fast.end('COMMIT');
    await untilArrived(stage, FAST); // the open transaction does not hold it up
    await slow.end('COMMIT');
    await settled(stage);
    return accountOf(await stage.committed(), await stage.arrived());
  },
};
