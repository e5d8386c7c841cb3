import { createOutbox } from '@bezel/outbox';

/** What the MES's events name as their source. */
export const SOURCE = '/bezel/mes';

/** Writes the MES's events, each in the transaction of its effect. */
export const outbox = createOutbox({ source: SOURCE });
