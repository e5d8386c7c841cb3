import { createOutbox } from '@bezel/outbox';

/** Writes the MES's events, each in the transaction of its effect. */
export const outbox = createOutbox({ source: '/bezel/mes' });
