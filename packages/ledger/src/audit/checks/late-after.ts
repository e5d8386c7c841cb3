import type { DelaySeen } from '../../account/order-account.ts';

/** Whether a delay says that an order is late in what a move led to. */
export const isLateAfter =
  (seq: number) =>
  (delay: DelaySeen): boolean =>
    delay.seq === seq && delay.kind === 'late';
