import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fact, FactKind, OrderInput } from '@bezel/order-workflow';
import { type Contender, LAST_MOVE } from './contender.ts';

/** What is told once an order has made so many moves. What is missing here follows by itself. */
const TOLD_AFTER: Readonly<Record<number, FactKind>> = {
  2: 'price-accepted',
  3: 'manufacturing-started',
  4: 'manufacturing-completed',
  5: 'packed',
  6: 'shipped',
  7: 'delivered',
};

/** How often it is looked who has come further: what a look costs must not count beside what is looked at. */
const LOOK_EVERY_MS = 20;
const STUCK_AFTER_MS = 60_000;

export interface LiveOptions {
  /** Orders on their way at once. */
  readonly inFlight: number;
  readonly signal: AbortSignal;
}

/**
 * Leads orders from SUBMITTED to DELIVERED, and answers how long all of them took, in ms. Each fact is told as soon as the
 * status before it is seen, no sooner: nobody packs what is not made. So every fact costs what it costs in life, a task of
 * the workflow of its own, and the number of events does not depend on how facts happen to meet.
 *
 * @throws when nothing has moved for a minute
 */
export async function live(
  contender: Contender,
  orders: readonly OrderInput[],
  { inFlight, signal }: LiveOptions,
): Promise<number> {
  const began = performance.now();
  const waiting = [...orders];
  /** Orders on their way, and the number of moves each was last seen with. */
  const open = new Map<string, number>();
  let failure: unknown;
  const call = (made: Promise<void>): void => {
    made.catch((error: unknown) => {
      failure ??= error;
    });
  };
  let moved = began;
  while (waiting.length + open.size > 0) {
    signal.throwIfAborted();
    for (const order of waiting.splice(0, inFlight - open.size)) {
      open.set(order.orderId, 0);
      call(contender.begin(order));
    }
    for (const [orderId, { seq, offerId }] of await contender.reached([...open.keys()])) {
      if (seq === open.get(orderId)) continue;
      moved = performance.now();
      open.set(orderId, seq);
      const kind = TOLD_AFTER[seq];
      if (kind !== undefined) call(contender.tell(orderId, factOf(kind, offerId)));
      if (seq >= LAST_MOVE) open.delete(orderId);
    }
    if (failure !== undefined) throw failure;
    if (performance.now() - moved > STUCK_AFTER_MS) {
      throw new Error(`nothing has moved for a minute; ${open.size} orders are open: ${JSON.stringify([...open])}`);
    }
    if (open.size > 0) await delay(LOOK_EVERY_MS);
  }
  return performance.now() - began;
}

const factOf = (kind: FactKind, offerId: string | null): Fact => ({
  messageId: randomUUID(),
  kind,
  at: new Date().toISOString(),
  by: 'bench',
  ...(kind === 'price-accepted' && offerId !== null ? { offerId } : {}),
});
