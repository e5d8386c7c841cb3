import { accountOf, type Fact } from '../account.ts';
import { inTransaction, type Stage, send, setStatus, setStatusAndTell, settled, startRelay } from '../stage.ts';
import type { Way } from '../way.ts';

const ORDERS: readonly Fact[] = [
  { order: 'order-1', status: 'placed' },
  { order: 'order-2', status: 'placed' },
];

/** The last step of the transaction, after all that can be told of it: for order-2 it fails. */
async function takePayment({ order }: Fact): Promise<void> {
  if (order === 'order-2') throw new Error('the card was declined');
}

/** The message first, so that none is lost; the commit after it. */
async function placeNaively(stage: Stage, fact: Fact): Promise<void> {
  await inTransaction(stage.pool, async (tx) => {
    await setStatus(tx, fact);
    await send(stage, fact);
    await takePayment(fact);
  });
}

async function placeWithBezel(stage: Stage, fact: Fact): Promise<void> {
  await inTransaction(stage.pool, async (tx) => {
    await setStatusAndTell(stage, tx, fact);
    await takePayment(fact);
  });
}

const refused = (error: Error): void => {
  if (error.message !== 'the card was declined') throw error;
};

export const ROLLED_BACK: Way = {
  title: 'Publish before the commit, and roll back',
  naivelyWrong: { phantom: ['order-2 placed'] },
  async naive(stage) {
    for (const fact of ORDERS) await placeNaively(stage, fact).catch(refused);
    return accountOf(await stage.committed(), await stage.arrived());
  },
  async bezel(stage) {
    await using _ = await startRelay(stage);
    for (const fact of ORDERS) await placeWithBezel(stage, fact).catch(refused);
    await settled(stage);
    return accountOf(await stage.committed(), await stage.arrived());
  },
};
