import { createOutbox } from '@bezel/outbox';

/** Writes the shop's events, each in the transaction of its effect. */
export const outbox = createOutbox({ source: '/bezel/shop' });
