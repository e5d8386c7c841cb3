import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { EventDefinition } from '../event/index.ts';

/** How an old version of an event becomes the current one; made by `upcast`. */
export interface Upcaster<Data = unknown> {
  readonly type: string;
  readonly topic: string;
  readonly schema: StandardSchemaV1;
  readonly apply: (data: unknown) => Data;
}

/**
 * Brings an old version of an event up to date, for `on` and `on.batch`. Its data is checked by the old version's schema,
 * then changed by `apply`, then checked by the schema of the handler's event. `apply` must depend on nothing but the data:
 * an error it throws parks the event at once.
 *
 * The two versions are events of their own, whose types differ: by convention in their ending, `shop.order-placed` and
 * `shop.order-placed.v2`.
 *
 * @example
 * const OrderPlacedV1 = defineEvent({
 *   type: 'shop.order-placed',
 *   topic: 'shop.orders',
 *   key: (data) => data.orderId,
 *   schema: z.object({ orderId: z.uuid(), total: z.number() }),
 * });
 * const OrderPlacedV2 = defineEvent({
 *   type: 'shop.order-placed.v2',
 *   topic: 'shop.orders',
 *   key: (data) => data.orderId,
 *   schema: z.object({ orderId: z.uuid(), totalMinor: z.string() }),
 * });
 * const handler = on(OrderPlacedV2, ({ data }) => console.log(data.totalMinor), {
 *   upcasters: [
 *     upcast(OrderPlacedV1, ({ orderId, total }) => ({ orderId, totalMinor: String(Math.round(total * 100)) })),
 *   ],
 * });
 */
export function upcast<OldData, Data>(
  { type, topic, schema }: EventDefinition<string, OldData>,
  apply: (data: OldData) => Data,
): Upcaster<Data> {
  // Only what this schema accepted comes here.
  return { type, topic, schema, apply: apply as (data: unknown) => Data };
}
