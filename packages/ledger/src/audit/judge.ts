import type { Hop } from '../account/hops.ts';
import type { OrderAccount } from '../account/order-account.ts';
import type { Finding } from './finding.ts';
import type { AuditLimits } from './limits.ts';

/** What an audit is held against: when its reading began (milliseconds since 1970) and the limits. */
export interface AuditTerms {
  readonly readAt: number;
  readonly limits: AuditLimits;
}

/** A check looks at one side of an account and says what is wrong with it. It has no memory and reads nothing else. */
export type Check = (account: OrderAccount, terms: AuditTerms) => readonly Finding[];

/** What is missing at a hop since a moment: on its way while it is young, lost when it is not. */
export function missing(
  account: OrderAccount,
  terms: AuditTerms,
  { hop, since, detail, messageId }: { hop: Hop; since: number; detail: string; messageId?: string },
): Finding {
  const ageMs = Math.max(0, terms.readAt - since);
  return {
    kind: ageMs < terms.limits.hopMs ? 'on-its-way' : 'lost',
    hop,
    orderId: account.orderId,
    detail,
    ageMs,
    ...(messageId === undefined ? {} : { messageId }),
  };
}

/**
 * What is there at a hop without its cause. Hops are read one after the other, so a young effect may only have come
 * after its cause was read: it is on its way until it is old enough to know better.
 */
export function unexplained(
  account: OrderAccount,
  terms: AuditTerms,
  { hop, since, detail, messageId }: { hop: Hop; since: number; detail: string; messageId?: string },
): Finding {
  const finding = missing(account, terms, { hop, since, detail, ...(messageId === undefined ? {} : { messageId }) });
  return finding.kind === 'lost' ? { ...finding, kind: 'phantom' } : finding;
}

/** Groups items by a key, in order of first appearance. */
export function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
