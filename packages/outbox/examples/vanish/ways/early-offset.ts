import { waitFor } from '@bezel/local/testing';
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
import { startRelay } from '../stage.ts';
import type { Way } from '../way.ts';

const ORDERS = ['order-1', 'order-2', 'order-3'];

/** Both are ended, as by a deploy, when order-1 has its invoice and order-2 has not. */
export const EARLY_OFFSET: Way = {
  title: 'Commit the offset before the effect',
  naivelyWrong: { lost: ['order-2 placed', 'order-3 placed'] },
  async naive(stage) {
    await placeNaively(stage, ...ORDERS);
    const queue: string[] = []; // the handler returns at once, and the work is done in its own time
    const first = await startNaiveBilling(stage, { eachOrder: (order) => void queue.push(order) });
    await waitFor('all orders to be queued', () => queue.length === ORDERS.length);
    await writeInvoice(stage.pool, queue.shift() ?? '');
    await first.disconnect(); // for Kafka all of them are done; what is in the queue goes with the process

    await using _ = await startNaiveBilling(stage, { eachOrder: (order) => writeInvoice(stage.pool, order) });
    await placeNaively(stage, LAST_ORDER);
    await waitFor('the last invoice', () => hasInvoice(stage, LAST_ORDER));
    return accountOf(await stage.committed(), await invoiced(stage));
  },
  async bezel(stage) {
    await using _relay = await startRelay(stage);
    await placeWithBezel(stage, ...ORDERS);
    const atWork = Promise.withResolvers<void>();
    const first = await startBilling(stage, { maxBatchSize: 1, stopTimeoutMs: 100 }, (order) => {
      if (order !== 'order-2') return;
      atWork.resolve();
      return new Promise(() => {}); // it is in the middle of order-2 when the process ends
    });
    await atWork.promise;
    await first.stop();

    await using _ = await startBilling(stage);
    await placeWithBezel(stage, LAST_ORDER);
    await waitFor('the last invoice', () => hasInvoice(stage, LAST_ORDER));
    return accountOf(await stage.committed(), await invoiced(stage));
  },
};
