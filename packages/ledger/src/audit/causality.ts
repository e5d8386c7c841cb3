import { PriceAccepted } from '@bezel/contracts';
import { FACT_TYPES, MOVED_TYPE, SUBMITTED_TYPE } from '../account/event-types.ts';
import { type OrderAccount, type WrittenMessage, writtenFor } from '../account/order-account.ts';

/**
 * Whether the first message was certainly committed before the second was written, so that the relay owes their order.
 * Both are of one order and one outbox, the first has the lower number there.
 *
 * A number in a lane is drawn before the commit, so numbers alone prove nothing: a customer's request to cancel and a
 * move of the workflow may overlap, and then either may come first. What is certain:
 * - nothing is written about an order before it was submitted;
 * - the workflow makes one move after the other, and a move after the fact that caused it;
 * - an offer is accepted after the move that made it;
 * - each step of a work order changes the same row, so the next one waits for the commit of the one before.
 */
export function causallyBefore(account: OrderAccount, earlier: WrittenMessage, later: WrittenMessage): boolean {
  if (earlier.hop === 'mes.outbox') return true;
  if (earlier.type === SUBMITTED_TYPE) return true;
  if (earlier.type === MOVED_TYPE && later.type === MOVED_TYPE) return true;
  if (earlier.type in FACT_TYPES && later.type === MOVED_TYPE) {
    const caused = account.moves.find((move) => move.messageId === earlier.messageId);
    const seq = seqOf(account, later);
    return caused !== undefined && seq !== undefined && caused.seq <= seq;
  }
  if (earlier.type === MOVED_TYPE && later.type === PriceAccepted.type) {
    const priced = account.moves.find((move) => move.to === 'PRICED');
    const seq = seqOf(account, earlier);
    return priced !== undefined && seq !== undefined && seq <= priced.seq;
  }
  return false;
}

/** Which move a message tells of: what its copy says, else its place among its like. */
function seqOf(account: OrderAccount, message: WrittenMessage): number | undefined {
  const told = account.copies.find((copy) => copy.messageId === message.messageId)?.move?.seq;
  if (told !== undefined) return told;
  const place = writtenFor(account, message.hop)
    .filter(({ type }) => type === MOVED_TYPE)
    .findIndex(({ messageId }) => messageId === message.messageId);
  return place < 0 ? undefined : place + 1;
}
