import type { DelaySeen } from '../../account/order-account.ts';
import type { Finding } from '../finding.ts';
import { type Check, unexplained } from '../judge.ts';
import { takenBy } from './taken.ts';

const isLateAfter =
  (seq: number) =>
  (delay: DelaySeen): boolean =>
    delay.seq === seq && delay.kind === 'late';

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

/**
 * Sales sees an order as late exactly while the status it sees is one that the CRM was told to be late. A delay that the CRM took and
 * does not show is reported with the delays.
 */
export const checkCrmLateMark: Check = (account, terms) => {
  const { orderId, delays, delaysShown } = account;
  const hop = 'crm.order';
  return account.ordersShown.flatMap((shown): Finding[] => {
    const isOfIt = isLateAfter(shown.seq);
    const told = delaysShown.some(isOfIt);
    if (told && !shown.late) {
      const detail = `the order is late in ${shown.to}, and sales does not see it`;
      return [{ kind: 'lost', hop, orderId, detail }];
    }
    if (!shown.late || told || delays.some(isOfIt)) return [];
    const detail = `sales sees the order as late in ${shown.to}, and no delay says so`;
    return [unexplained(account, terms, { hop, since: shown.at, detail })];
  });
};
