import { waitFor } from '@bezel/local/testing';
import { createAdmin } from '@bezel/outbox';
import kafkajs from 'kafkajs';
import { accountOf, type Fact } from '../account.ts';
import {
  inTransaction,
  type Stage,
  send,
  setStatus,
  setStatusAndTell,
  settled,
  startRelay,
  untilArrived,
} from '../stage.ts';
import type { Way } from '../way.ts';

/** The topic takes 5,000 bytes, and the note that a customer left on order-1 is longer. */
const FACTS: readonly (Fact & { readonly note?: string })[] = [
  { order: 'order-1', status: 'placed', note: 'x'.repeat(10_000) },
  { order: 'order-2', status: 'placed' },
  { order: 'order-1', status: 'paid' },
];

/** Sends row by row. One that cannot be sent must not stop all others, so it is logged, and deleted like the rest. */
async function relayNaively(stage: Stage): Promise<void> {
  const { rows } = await stage.pool.query(
    'SELECT id, order_id AS order, status, note FROM naive_outbox ORDER BY id FOR UPDATE',
  );
  for (const { id, order, status, note } of rows) {
    await send(stage, { order, status, note }).catch((error: unknown) => {
      if (!(error instanceof kafkajs.KafkaJSError)) throw error; // a log line stands here
    });
    await stage.pool.query('DELETE FROM naive_outbox WHERE id = $1', [id]);
  }
}

async function takeLongMessages({ kafka, topic }: Stage): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: '100000' }];
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources });
  await admin.disconnect();
}

export const POISON: Way = {
  title: 'Drop the message that cannot be sent',
  naivelyWrong: { lost: ['order-1 placed'] },
  topicConfig: { 'max.message.bytes': '5000' },
  async naive(stage) {
    for (const { note, ...fact } of FACTS) {
      await inTransaction(stage.pool, async (tx) => {
        await setStatus(tx, fact);
        const { order, status } = fact;
        await tx.query('INSERT INTO naive_outbox (order_id, status, note) VALUES ($1, $2, $3)', [order, status, note]);
      });
    }
    await relayNaively(stage);
    await takeLongMessages(stage); // somebody reads the log: too late
    await relayNaively(stage);
    return accountOf(await stage.committed(), await stage.arrived());
  },
  async bezel(stage) {
    await using _ = await startRelay(stage);
    for (const { note, ...fact } of FACTS) {
      await inTransaction(stage.pool, (tx) => setStatusAndTell(stage, tx, fact, note));
    }
    await untilArrived(stage, { order: 'order-2', status: 'placed' }); // other orders go on
    const admin = createAdmin(stage.pool);
    await waitFor('both messages of order-1 to be parked', async () => (await admin.parked())[0]?.messages === 2);
    await takeLongMessages(stage);
    await admin.redrive();
    await untilArrived(stage, { order: 'order-1', status: 'paid' });
    await settled(stage);
    return accountOf(await stage.committed(), await stage.arrived());
  },
};
