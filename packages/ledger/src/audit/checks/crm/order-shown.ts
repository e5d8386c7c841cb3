import type { OrderAccount } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type Check, unexplained } from '../../judge.ts';
import { takenMessage } from '../messages/taken.ts';

/**
 * Sales sees an order as the last of the moves left it that the CRM shows. A move that the CRM took and does not show at all is
 * reported at its projection.
 */
export const checkCrmOrder: Check = (account, terms) => {
  const { orderId } = account;
  const hop = 'crm.order';
  const [shown, ...others] = account.ordersShown;
  const found: Finding[] = [];
  if (others.length > 0) {
    const detail = `sales sees the order ${others.length + 1} times`;
    found.push({ kind: 'doubled-effect', hop, orderId, detail });
  }
  const moves = shownMoves(account);
  if (shown === undefined) {
    // What was told before the order itself waits for it: that it was submitted is what makes the row.
    if (!moves.some(({ seq }) => seq === 0)) return found;
    const detail = 'the moves of the order are shown, and sales does not see it';
    return [...found, { kind: 'lost', hop, orderId, detail }];
  }
  const last = moves.findLast(({ seq }) => seq > shown.seq);
  if (last !== undefined) {
    const messageId = takenMessage(account, 'crm.inbox', last.seq);
    const detail = `move ${last.seq} to ${last.to} is shown, and sales sees the order as ${shown.to} (move ${shown.seq})`;
    found.push({ kind: 'lost', hop, orderId, detail, ...(messageId === undefined ? {} : { messageId }) });
  }
  const twin = account.moves.find((move) => move.seq === shown.seq);
  if (twin === undefined) {
    const detail = `sales sees the order as ${shown.to}, by move ${shown.seq}, which was never made`;
    found.push(unexplained(account, terms, { hop, since: shown.at, detail }));
  } else if (twin.to !== shown.to) {
    const detail = `move ${twin.seq} led to ${twin.to}, and sales sees the order as ${shown.to}`;
    found.push({ kind: 'lost', hop, orderId, detail });
  }
  return found;
};

/** The moves that the CRM shows and that were made, by seq. */
function shownMoves({ moves, projected }: OrderAccount): OrderAccount['projected'] {
  const made = new Set(moves.map(({ seq }) => seq));
  return projected.filter(({ seq }) => made.has(seq));
}
