import { isFinal, LIFECYCLE } from '@bezel/order-workflow';
import type { Check } from '../../judge.ts';
import { restsUntil } from '../../resting.ts';

/** An order that is not final rests in its status for as long as that status may last. */
export const checkEnding: Check = (account, terms) => {
  const order = account.orders[0];
  if (order === undefined || isFinal(order.status)) return [];
  const ageMs = Math.max(0, terms.readAt - order.at);
  return [
    {
      kind: terms.readAt < restsUntil(order, terms.limits.stages) ? 'on-its-way' : 'unfinished',
      hop: 'shop.order',
      orderId: account.orderId,
      detail: `${order.status}: waits for ${LIFECYCLE[order.status].owner ?? 'nobody'}`,
      ageMs,
    },
  ];
};
