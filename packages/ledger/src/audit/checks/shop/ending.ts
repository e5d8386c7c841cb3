import { isFinal, LIFECYCLE } from '@bezel/order-workflow';
import type { Check } from '../../judge.ts';

/** An order that is not final rests in its status for as long as that status may last. */
export const checkEnding: Check = (account, terms) => {
  const order = account.orders[0];
  if (order === undefined || isFinal(order.status)) return [];
  const ageMs = Math.max(0, terms.readAt - order.at);
  const limit = terms.limits.stageMs[order.status] ?? 0;
  return [
    {
      kind: ageMs < limit ? 'on-its-way' : 'unfinished',
      hop: 'shop.order',
      orderId: account.orderId,
      detail: `${order.status}: waits for ${LIFECYCLE[order.status].owner ?? 'nobody'}`,
      ageMs,
    },
  ];
};
