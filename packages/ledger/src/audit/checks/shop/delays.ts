import { DELAYED_TYPE } from '../../../account/event-types.ts';
import { type OrderAccount, writtenFor } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type Check, groupedBy } from '../../judge.ts';

/**
 * Each delay is recorded once, of a move that was made, and told by the message it names; no message tells of a delay that
 * is not recorded. All of it comes from one snapshot and was written in one transaction, so none is ever on its way.
 */
export const checkDelays: Check = (account) => {
  const found: Finding[] = [];
  const { orderId } = account;
  const made = new Set(account.moves.map((move) => move.seq));
  const told = new Set(messagesOf(account).map(({ messageId }) => messageId));

  for (const [delay, same] of groupedBy(account.delays, ({ seq, kind }) => `${kind} after move ${seq}`)) {
    const [first] = same;
    if (first === undefined) continue;
    if (same.length > 1) {
      const detail = `${delay} is recorded ${same.length} times`;
      found.push({ kind: 'doubled-effect', hop: 'shop.delay', orderId, detail });
    }
    if (!made.has(first.seq)) {
      const detail = `${delay}, which was never made`;
      found.push({ kind: 'phantom', hop: 'shop.delay', orderId, messageId: first.messageId, detail });
    }
  }
  for (const { seq, kind, messageId } of account.delays) {
    if (told.has(messageId)) continue;
    const detail = `${kind} after move ${seq} is recorded, and nobody was told`;
    found.push({ kind: 'lost', hop: 'shop.outbox', orderId, messageId, detail });
  }
  return [...found, ...untrue(account)];
};

const messagesOf = (account: OrderAccount) =>
  writtenFor(account, 'shop.outbox').filter(({ type }) => type === DELAYED_TYPE);

function untrue(account: OrderAccount): Finding[] {
  const { orderId } = account;
  const recorded = new Set(account.delays.map(({ messageId }) => messageId));
  return messagesOf(account).flatMap(({ messageId }) => {
    const detail = 'a delay is told that is not recorded';
    return recorded.has(messageId)
      ? []
      : [{ kind: 'phantom', hop: 'shop.outbox', orderId, messageId, detail } as const];
  });
}
