import { defineEvent } from '@bezel/outbox';
import { z } from 'zod';
import { MESSAGE_TYPE, PAYLOAD } from './message.ts';

const schema = z.object({
  orderId: z.uuid(),
  customer: z.string(),
  currency: z.string().length(3),
  totalMinor: z.string().regex(/^\d+$/),
  placedAt: z.iso.datetime(),
  note: z.string(),
  n: z.number().int().optional(),
});

export type Order = z.infer<typeof schema>;

/** The event of a benchmark's order: as long as the messages that are made by the server. */
export const orderPlaced = (topic: string) =>
  defineEvent({ type: MESSAGE_TYPE, topic, key: ({ orderId }) => orderId, schema });

const { note, ...rest } = JSON.parse(PAYLOAD) as Order;

/** The `n`th order. With `numbered` its message says which one it is, and has the same length all the same. */
export const orderOf = (n: number, numbered = false): Order => {
  const orderId = `0198a6d4-7c1e-7b52-9d7f-${n.toString(16).padStart(12, '0')}`;
  return numbered ? { ...rest, orderId, note: note.slice(`,"n":${n}`.length), n } : { ...rest, orderId, note };
};

/** The key of its message. */
export const keyOfOrder = (n: number): string => orderOf(n).orderId;
