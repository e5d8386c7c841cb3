import { type Check, unexplained } from '../../judge.ts';
import { isLateAfter } from '../late-after.ts';
import { takenBy } from '../messages/taken.ts';

/**
 * The board marks an order as late while the status it shows is one of which the MES has taken that it is. A delay that it has not
 * taken yet is reported at its inbox.
 */
export const checkBoardLateMark: Check = (account, terms) => {
  const { orderId, lateMarks } = account;
  const hop = 'mes.late-mark';
  const [shown] = account.board;
  if (shown === undefined) return [];
  const delay = account.delays.find(isLateAfter(shown.seq));
  const mark = lateMarks.find(({ seq }) => seq === shown.seq);
  if (mark === undefined) {
    if (delay === undefined || !takenBy(account, 'mes.inbox').has(delay.messageId)) return [];
    const detail = `that the order is late in ${shown.to} was taken, and the board does not mark it`;
    return [{ kind: 'lost', hop, orderId, messageId: delay.messageId, detail }];
  }
  if (delay !== undefined) return [];
  const detail = `the board marks the order as late in ${shown.to}, and no delay says so`;
  return [unexplained(account, terms, { hop, since: mark.at, detail })];
};
