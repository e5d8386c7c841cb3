import { accountOf, type Fact } from '../account.ts';
import {
  CrashError,
  inTransaction,
  runUntilCrash,
  type Stage,
  send,
  setStatus,
  setStatusAndTell,
  settled,
  startRelay,
} from '../stage.ts';
import type { Way } from '../way.ts';

const ORDERS: readonly Fact[] = ['order-1', 'order-2', 'order-3'].map((order) => ({ order, status: 'placed' }));

/** A deploy, the kernel that needs memory, a power cut: once, while order-2 is placed. */
function crash({ order }: Fact): void {
  if (order === 'order-2') throw new CrashError('killed');
}

/** The transaction first, the message after it. */
async function placeNaively(stage: Stage, fact: Fact): Promise<void> {
  await inTransaction(stage.pool, (tx) => setStatus(tx, fact));
  crash(fact);
  await send(stage, fact);
}

async function placeWithBezel(stage: Stage, fact: Fact): Promise<void> {
  await inTransaction(stage.pool, (tx) => setStatusAndTell(stage, tx, fact));
  crash(fact);
}

export const CRASH_BETWEEN: Way = {
  title: 'Publish after the commit, and crash between the two',
  naivelyWrong: { lost: ['order-2 placed'] },
  async naive(stage) {
    for (const fact of ORDERS) await runUntilCrash(() => placeNaively(stage, fact));
    return accountOf(await stage.committed(), await stage.arrived());
  },
  async bezel(stage) {
    for (const fact of ORDERS) await runUntilCrash(() => placeWithBezel(stage, fact));
    await using _ = await startRelay(stage);
    await settled(stage);
    return accountOf(await stage.committed(), await stage.arrived());
  },
};
