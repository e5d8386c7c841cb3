import { MOVED_TYPE, SUBMITTED_TYPE } from '../../../account/event-types.ts';
import { type OrderAccount, writtenFor } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type Check, groupedBy, missing } from '../../judge.ts';

/**
 * The order exists: one row, one event that begins it. A client with a 201 in hand, a message or a work order about it
 * is proof that it once did.
 *
 * The row, its history and its messages come from one snapshot of one database and were written in one transaction, so
 * none of them is ever "on its way".
 */
export const checkSubmission: Check = (account, terms) => {
  const found: Finding[] = [];
  const { orderId } = account;
  const add = (finding: Omit<Finding, 'orderId'>): void => {
    found.push({ orderId, ...finding });
  };

  if (account.orders.length === 0) {
    const accepted = account.claims.length > 0;
    const known = account.moves.length > 0 || writtenFor(account, 'shop.outbox').length > 0;
    if (accepted || known) {
      add({
        kind: 'lost',
        hop: 'shop.order',
        detail: accepted
          ? 'a client was told 201, and there is no order'
          : 'messages or moves of it exist, the order does not',
      });
    } else if (account.workflow !== null) {
      // Temporal is read after the shop: the order may have been submitted in between.
      const detail = 'a workflow of it exists, the order does not';
      found.push(missing(account, terms, { hop: 'shop.order', since: account.workflow.startedAt, detail }));
    }
    return found;
  }
  if (account.orders.length > 1) {
    add({ kind: 'doubled-effect', hop: 'shop.order', detail: `${account.orders.length} rows of one order` });
  }

  const begun = writtenFor(account, 'shop.outbox').filter((message) => message.type === SUBMITTED_TYPE);
  if (begun.length === 0) {
    add({ kind: 'lost', hop: 'shop.outbox', detail: `no ${SUBMITTED_TYPE}: nobody was told of the order` });
  }
  for (const message of begun.slice(1)) {
    add({
      kind: 'doubled-effect',
      hop: 'shop.outbox',
      messageId: message.messageId,
      detail: `a second ${SUBMITTED_TYPE}`,
    });
  }

  found.push(...checkMoveMessages(account));
  return found;
};

/** One status-changed message a move, as many as moves, each of another move. */
function checkMoveMessages(account: OrderAccount): Finding[] {
  const { orderId } = account;
  const found: Finding[] = [];
  const moves = new Set(account.moves.filter((move) => move.seq > 0).map((move) => move.seq)).size;
  const told = writtenFor(account, 'shop.outbox').filter((message) => message.type === MOVED_TYPE).length;
  if (told < moves) {
    found.push({
      kind: 'lost',
      hop: 'shop.outbox',
      orderId,
      detail: `${moves} moves and only ${told} messages of them`,
    });
  }
  if (told > moves) {
    found.push({
      kind: 'doubled-effect',
      hop: 'shop.outbox',
      orderId,
      detail: `${told} messages of only ${moves} moves`,
    });
  }
  const tellers = groupedBy(
    account.copies.filter((copy) => copy.move !== undefined),
    (copy) => String(copy.move?.seq),
  );
  for (const [seq, copies] of tellers) {
    const ids = new Set(copies.map((copy) => copy.messageId));
    if (ids.size > 1) {
      found.push({
        kind: 'doubled-effect',
        hop: 'shop.topic',
        orderId,
        detail: `move ${seq} is told by ${ids.size} messages`,
      });
    }
  }
  return found;
}
