import type { Account } from '../account.ts';
import type { Add } from '../defect.ts';
import { CAUSE_OF, FACT_OF, FACTS } from '../lifecycle.ts';

/** What people do moves the order, once; and nothing moves it that nobody did. */
export function judgeCauses(account: Account, add: Add): void {
  judgeFacts(account, add);
  const { order, shop, mes } = account;
  const written = new Map([...shop.messages, ...mes.messages].map((message) => [message.id, message]));

  // Each message that tells of what a person did moved the order, or was refused.
  const facts = [...written.values()].filter(({ type }) => FACTS.includes(type));
  for (const { id, type } of facts) {
    const moved = shop.history.filter(({ causedBy }) => causedBy === id).length;
    const refused = shop.refused.filter(({ messageId }) => messageId === id).length;
    if (moved + refused === 0) add('lost', `${type} ${id} neither moved the order nor was refused`);
    if (moved + refused > 1) add('duplicate-effect', `${type} ${id} counted ${moved + refused} times`);
  }
  for (const [type, same] of Map.groupBy(facts, (fact) => fact.type)) {
    if (same.length > 1) add('duplicate-effect', `${type} was written ${same.length} times`);
  }
  for (const { messageId } of shop.refused) {
    if (!written.has(messageId)) add('duplicate-effect', `${messageId} was refused, and nobody wrote it`);
  }

  // Each move that needs a cause has one, of this order and of the right kind.
  for (const { seq, from, to, at, causedBy } of shop.history) {
    const cause = CAUSE_OF[to];
    if (cause === undefined) continue;
    if (to === 'CANCELLED' && from === 'PRICED' && causedBy === null && at >= (order.offerUntil ?? Infinity)) {
      // Its offer ran out. Nobody had accepted it in time.
      if (!shop.facts.some(({ kind }) => kind === FACT_OF.accept.kind)) continue;
    }
    const type = written.get(causedBy ?? '')?.type;
    if (type === cause) continue;
    const what = `move ${seq} to ${to} was caused by ${type ?? causedBy ?? 'nothing'}, and not by ${cause}`;
    add(to === order.status && to === 'CANCELLED' ? 'lost' : 'duplicate-effect', what);
  }
}

/** What a client was answered is recorded, what is recorded was asked for, and it has its message. */
function judgeFacts({ shop, asked, acknowledged }: Account, add: Add): void {
  for (const [what, { kind, type }] of Object.entries(FACT_OF)) {
    const facts = shop.facts.filter((fact) => fact.kind === kind);
    if (facts.length === 0 && acknowledged.some((one) => one.what === what))
      add('lost', `"${what}" was answered 202 and is not recorded`);
    if (facts.length > 1) add('duplicate-effect', `one "${what}" is recorded ${facts.length} times`);
    if (facts.length > 0 && !asked.some((one) => one.what === what)) {
      add('duplicate-effect', `"${what}" is recorded, and nobody asked for it`);
    }
    for (const { messageId } of facts) {
      const there = shop.messages.some((message) => message.id === messageId && message.type === type);
      if (!there) add('lost', `"${what}" is recorded, and its message ${messageId} was never written`);
    }
  }
}
