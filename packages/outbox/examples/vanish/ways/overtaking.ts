import { waitFor } from '@bezel/local/testing';
import { createAdmin } from '@bezel/outbox';
import { enableFailpoint } from '@bezel/outbox/testing';
import { accountOf, type Fact } from '../account.ts';
import { inTransaction, type Stage, send, setStatus, setStatusAndTell, settled, startRelay } from '../stage.ts';
import type { Way } from '../way.ts';

const PLACED: Fact = { order: 'order-1', status: 'placed' };
const CANCELLED: Fact = { order: 'order-1', status: 'cancelled' };

/** Takes the oldest row that nobody else has, sends it and deletes it: many relays can work at once. */
async function relayOneNaively(stage: Stage, beforeSending: () => Promise<void> = async () => {}): Promise<void> {
  await inTransaction(stage.pool, async (tx) => {
    const { rows } = await tx.query(
      'SELECT id, order_id AS order, status FROM naive_outbox ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED',
    );
    await beforeSending();
    for (const { id, order, status } of rows) {
      await send(stage, { order, status });
      await tx.query('DELETE FROM naive_outbox WHERE id = $1', [id]);
    }
  });
}

export const OVERTAKING: Way = {
  title: 'Claim rows with SKIP LOCKED, and overtake another relay',
  naivelyWrong: { outOfOrder: ['order-1 cancelled, then order-1 placed'] },
  async naive(stage) {
    for (const fact of [PLACED, CANCELLED]) {
      await inTransaction(stage.pool, async (tx) => {
        await setStatus(tx, fact);
        await tx.query('INSERT INTO naive_outbox (order_id, status) VALUES ($1, $2)', [fact.order, fact.status]);
      });
    }
    const claimed = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const slow = relayOneNaively(stage, () => {
      claimed.resolve();
      return released.promise; // a slow network, a long garbage collection
    });
    await claimed.promise;
    await relayOneNaively(stage); // finds "placed" locked and skips it
    released.resolve();
    await slow;
    return accountOf(await stage.committed(), await stage.arrived());
  },
  async bezel(stage) {
    for (const fact of [PLACED, CANCELLED]) {
      await inTransaction(stage.pool, (tx) => setStatusAndTell(stage, tx, fact));
    }
    const released = Promise.withResolvers<void>();
    const admin = createAdmin(stage.pool);
    let held = 0;
    using _ = enableFailpoint('relay.publishing', () => {
      held += 1;
      return held === 1 ? released.promise : undefined;
    });
    await using _slow = await startRelay(stage);
    await waitFor('the relay to be about to send', () => held === 1);
    await using _other = await startRelay(stage);
    await waitFor('the other to look for work', async () => (await admin.status()).relays.length === 2);
    released.resolve();
    await settled(stage);
    return accountOf(await stage.committed(), await stage.arrived());
  },
};
