import { defineEvent } from '@bezel/outbox/event';
import { z } from 'zod';
import { TOPICS } from '../topics.ts';
import { Instant } from '../values.ts';

const topic = TOPICS.shopOrders;
/**
 * Of the repair and not of the order: what is parked of an order holds back everything that follows with the order's key, and
 * with it what would bring it back.
 */
const key = (data: { repairId: string }): string => `repair/${data.repairId}`;
const asked = { repairId: z.uuid(), orderId: z.uuid(), at: Instant };

/** Asks every other app to play again what it has parked of an order. */
export const RedriveAsked = defineEvent({ type: 'shop.redrive-asked', topic, key, schema: z.object(asked) });

/** Asks another app to publish again a message of an order that it wrote, from its place in that app's outbox. */
export const PublishingAsked = defineEvent({
  type: 'shop.publishing-asked',
  topic,
  key,
  schema: z.object({
    ...asked,
    /** Which app wrote it. */
    of: z.string(),
    messageId: z.uuid(),
    shard: z.number().int().nonnegative(),
    seq: z.number().int().positive(),
  }),
});

/** Asks who shows orders to enter what it took and does not show, from the event as it was told. */
export const ProjectingAsked = defineEvent({
  type: 'shop.projecting-asked',
  topic,
  key,
  schema: z.object({ ...asked, messageId: z.uuid(), event: z.object({ type: z.string(), data: z.unknown() }) }),
});
