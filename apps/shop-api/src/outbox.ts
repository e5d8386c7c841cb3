import { createOutbox } from '@bezel/outbox';

/** What the shop's events name as their source. */
export const SOURCE = '/bezel/shop';

/** Writes the shop's events, each in the transaction of its effect. */
export const outbox = createOutbox({ source: SOURCE });
