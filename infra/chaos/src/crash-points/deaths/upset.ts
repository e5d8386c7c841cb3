import { setTimeout as delay } from 'node:timers/promises';
import type { FailpointAction } from '@bezel/outbox/testing';
import { REFUSED_MESSAGE, SLOW } from '../matrix/lifecycle.ts';
import type { AtHand } from './recognise.ts';
import { beginTrouble, endTrouble, isTroubled } from './trouble.ts';

/** Longer than pricing works before it tells the customer how far it is. */
const SLOW_MS = 3_000;

const LOOK_AGAIN_MS = 50;

/** What a consumer is stopped by at COMMIT, as by a constraint that is checked there, and that no other try will mend. */
class MessageRefusedError extends Error {
  readonly code = '23514';
  readonly retryable = false;
}

/** How a process goes wrong where it does not die. */
export interface Upset {
  /** What is at hand as the matrix calls it: messages that are about to be refused are named so. */
  named(failpoint: string, atHand: readonly AtHand[]): readonly AtHand[];
  /** Goes wrong, if it is to. @throws what stops a consumer */
  happen(failpoint: string, atHand: readonly AtHand[]): Promise<FailpointAction | undefined>;
}

/** The points at which something may go wrong, whatever is to be died of. */
export const UPSET_AT = [
  ...(['consumer.handled', 'consumer.parking'] as const),
  ...(['work-order.withdrawing', 'activity.begun', 'analysis.begun'] as const),
];

/** What goes wrong with the orders that `folder` says are in trouble, and with models that take `slowMs` longer. */
export function upsetIn(folder: string, slowMs = SLOW_MS): Upset {
  const slow = new Set<string>();
  /** The transaction that parks a message comes by the same points, and is let through. */
  let parking = false;
  const named: Upset['named'] = (failpoint, atHand) =>
    failpoint === 'consumer.handled'
      ? atHand.map(({ type, key, data }) => ({
          ...{ key, data },
          type: isTroubled(folder, 'unheard', key) ? REFUSED_MESSAGE : type,
        }))
      : atHand;
  /** The workflow has heard that the parcel left, and the shop does not show it yet. */
  const untilShipped = async (orderId: string): Promise<void> => {
    if (!isTroubled(folder, 'unshipped', orderId)) return;
    beginTrouble(folder, 'shipping', orderId);
    while (isTroubled(folder, 'unshipped', orderId)) await delay(LOOK_AGAIN_MS);
  };
  return {
    named,
    async happen(failpoint, atHand) {
      if (failpoint === 'consumer.parking') parking = true;
      const [first] = atHand;
      if (first === undefined) return undefined;
      switch (failpoint) {
        case 'consumer.handled':
          if (!named(failpoint, atHand).some(({ type }) => type === REFUSED_MESSAGE)) return undefined;
          if (!parking) throw new MessageRefusedError('a message of an order in trouble');
          parking = false;
          return undefined;
        case 'work-order.withdrawing':
          if (!isTroubled(folder, 'unwithdrawable', first.key)) return undefined;
          endTrouble(folder, 'unwithdrawable', first.key);
          return 'error';
        case 'activity.begun':
          if (first.type === 'analyseModel' && JSON.stringify(first.data).includes(`-${SLOW}-`)) slow.add(first.key);
          if (first.type === 'moveOrder' && JSON.stringify(first.data).includes('"to":"SHIPPED"'))
            await untilShipped(first.key);
          return undefined;
        case 'analysis.begun':
          if (slow.has(first.key)) await delay(slowMs);
          return undefined;
        default:
          return undefined;
      }
    },
  };
}
