import type { OrderAccount } from '../account/order-account.ts';
import type { Finding } from '../audit/finding.ts';
import type { OrderAudit } from '../audit-stack.ts';
import { planRepairs } from '../repair/plan-repairs.ts';
import { idTime } from '../sources/views/id-time.ts';

/** What one look has seen of an order. */
export interface Seen {
  readonly findings: readonly Finding[];
  /** When it was submitted, in milliseconds since 1970; null: that is not known, and only all messages kept tell of it. */
  readonly submittedAt: number | null;
  /** Some repair would mend something of it. When none would, it stays until a person mends it, or for ever. */
  readonly curable: boolean;
}

/** Of an order that no source knows any more. */
export const NOTHING_SEEN: Seen = { findings: [], submittedAt: null, curable: false };

export const seenOf = ({ account, findings }: OrderAudit): Seen => ({
  findings,
  submittedAt: submittedAtOf(account),
  curable: planRepairs({ account, findings }).repairs.length > 0,
});

/** As the topics are read for it: without a row from the oldest message, else from the earlier of its row's and its id's time. */
function submittedAtOf({ orderId, orders, moves: [first] }: OrderAccount): number | null {
  if (orders.length === 0 || first?.seq !== 0) return null;
  return Math.min(first.at, idTime(orderId) ?? first.at);
}
