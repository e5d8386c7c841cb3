import type { OrderAccount } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type Check, unexplained } from '../../judge.ts';
import { takenMessage } from '../messages/taken.ts';

/**
 * The board of the MES shows the last move that the MES has taken, as the shop's history has it. A move whose message it has not
 * taken yet is reported at its inbox, whether it is marked as late with the marks.
 */
export const checkBoard: Check = (account, terms) => {
  const { orderId } = account;
  const hop = 'mes.board';
  const [shown, ...others] = account.board;
  const found: Finding[] = [];
  if (others.length > 0) {
    const detail = `the board shows the order ${others.length + 1} times`;
    found.push({ kind: 'doubled-effect', hop, orderId, detail });
  }
  const last = lastTaken(account, shown?.seq ?? 0);
  if (last !== undefined) {
    const detail = `move ${last.seq} to ${last.to} was taken, and the board shows ${shown?.to ?? 'nothing'}`;
    found.push({ kind: 'lost', hop, orderId, messageId: last.messageId, detail });
  }
  const twin = account.moves.find((move) => move.seq === shown?.seq);
  if (shown !== undefined && twin === undefined) {
    const detail = `move ${shown.seq} to ${shown.to} is shown and was never made`;
    found.push(unexplained(account, terms, { hop, since: shown.at, detail }));
  }
  if (shown !== undefined && twin !== undefined && twin.to !== shown.to) {
    const detail = `move ${twin.seq} led to ${twin.to} and is shown as ${shown.to}`;
    found.push({ kind: 'lost', hop, orderId, detail });
  }
  return found;
};

/** The last move after a given one that was taken. Move 0 is told to no board: the work order comes later. */
function lastTaken(account: OrderAccount, after: number) {
  for (const { seq, to } of account.moves.filter((move) => move.seq > after).toReversed()) {
    const messageId = takenMessage(account, 'mes.inbox', seq);
    if (messageId !== undefined) return { seq, to, messageId };
  }
  return undefined;
}
