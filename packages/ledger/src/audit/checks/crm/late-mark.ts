import type { Finding } from '../../finding.ts';
import { type Check, unexplained } from '../../judge.ts';
import { isLateAfter } from '../late-after.ts';

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
