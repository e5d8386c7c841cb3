import { waitFor } from '@bezel/local/testing';
import { enableFailpoint } from '@bezel/outbox/testing';
import { readTopic } from '../../../src/testing/fixtures/kafka/read-topic.ts';
import { accountOf } from '../account.ts';
import {
  hasInvoice,
  invoiced,
  LAST_ORDER,
  placeNaively,
  placeWithBezel,
  startBilling,
  startNaiveBilling,
  writeInvoice,
} from '../billing.ts';
import { type Stage, startRelay } from '../stage.ts';
import type { Way } from '../way.ts';

/** Both are ended when the invoice of order-1 is committed, and Kafka has not been told. */
export const REDELIVERY: Way = {
  title: 'Be delivered a message again, and remember nothing',
  naivelyWrong: { doubled: ['order-1 placed'] },
  async naive(stage) {
    await placeNaively(stage, 'order-1');
    const first = await startNaiveBilling(stage, {
      autoCommit: false,
      eachOrder: (order) => writeInvoice(stage.pool, order), // and ends before it has committed the offset
    });
    await waitFor('the invoice', () => hasInvoice(stage, 'order-1'));
    await first.disconnect();

    await using _ = await startNaiveBilling(stage, {
      autoCommit: false,
      eachOrder: async (order, commitOffset) => {
        await writeInvoice(stage.pool, order);
        await commitOffset();
      },
    });
    await placeNaively(stage, LAST_ORDER);
    await waitFor('the last invoice', () => hasInvoice(stage, LAST_ORDER));
    return accountOf(await stage.committed(), await invoiced(stage));
  },
  async bezel(stage) {
    await placeWithBezel(stage, 'order-1');
    await sendTwice(stage);
    const committed = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    {
      using _ = enableFailpoint('consumer.committed', () => {
        committed.resolve();
        return gone.promise;
      });
      const first = await startBilling(stage, { stopTimeoutMs: 100, maxBatchSize: 1 });
      await committed.promise;
      await first.stop();
      gone.resolve();
    }

    await using _relay = await startRelay(stage);
    await using _ = await startBilling(stage);
    await placeWithBezel(stage, LAST_ORDER);
    await waitFor('the last invoice', () => hasInvoice(stage, LAST_ORDER));
    return accountOf(await stage.committed(), await invoiced(stage));
  },
};

/** A relay that fails between the send and its note of it sends again: there are two copies, with one id. */
async function sendTwice(stage: Stage): Promise<void> {
  let failed = false;
  using _ = enableFailpoint('relay.published', () => {
    if (failed) return undefined;
    failed = true;
    return 'error';
  });
  await using _relay = await startRelay(stage);
  await waitFor('two copies', async () => {
    const ids = (await readTopic(stage.topic)).map(({ headers }) => headers['ce_id']);
    return ids.length === 2 && ids[0] === ids[1];
  });
}
