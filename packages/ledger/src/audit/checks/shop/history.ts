import { canMove } from '@bezel/order-workflow';
import type { Finding } from '../../finding.ts';
import { type Check, groupedBy } from '../../judge.ts';

/** The moves count from 0 without a hole, each is in the transition table, and the last one is what the order's row says. */
export const checkHistory: Check = (account) => {
  const found: Finding[] = [];
  const add = (finding: Omit<Finding, 'orderId' | 'hop'>): void => {
    found.push({ orderId: account.orderId, hop: 'shop.history', ...finding });
  };
  const order = account.orders[0];
  const bySeq = [...groupedBy(account.moves, (move) => String(move.seq)).values()];
  for (const same of bySeq) {
    if (same.length > 1)
      add({ kind: 'doubled-effect', detail: `move ${same[0]?.seq} is recorded ${same.length} times` });
  }

  let before = -1;
  for (const [move] of bySeq) {
    if (move === undefined) continue;
    if (move.seq > before + 1) {
      add({ kind: 'lost', detail: `no move between ${before} and ${move.seq}` });
    } else if (before >= 0) {
      const from = bySeq.find(([other]) => other?.seq === before)?.[0]?.to;
      if (from !== undefined && !canMove(from, move.to)) {
        add({
          kind: 'out-of-order',
          detail: `move ${move.seq} from ${from} to ${move.to} is not in the transition table`,
        });
      }
    } else if (move.to !== 'SUBMITTED') {
      add({ kind: 'out-of-order', detail: `the history begins with ${move.to}` });
    }
    before = move.seq;
  }

  if (order === undefined) return found;
  const last = account.moves.at(-1);
  if (last === undefined) add({ kind: 'lost', detail: `the order is ${order.status} and has no history` });
  else if (last.to !== order.status) {
    add({ kind: 'lost', detail: `the order is ${order.status}, its last move led to ${last.to}` });
  }
  return found;
};
