import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * What an event is called, where it goes, by which key it is ordered, and what its data must look like.
 *
 * `schema` is any Standard Schema (zod, valibot, arktype …). It is applied when the event is written and again when it
 * is read, so a writer cannot send what a reader would refuse.
 */
export interface EventDefinition<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly topic: string;
  readonly key: (data: Data) => string;
  readonly schema: StandardSchemaV1<unknown, Data>;
}

/** The data type of an event definition: `EventData<typeof OrderPlaced>`. */
export type EventData<Event> = Event extends EventDefinition<string, infer Data> ? Data : never;

/**
 * Defines an event once, for its writers and its readers.
 *
 * Messages of one topic and key are published in the order of their transactions; choose as key the thing whose history
 * must be read in order. Nothing is checked here: a key that is empty, or data the schema refuses, is an error of the write.
 *
 * @example
 * const OrderPlaced = defineEvent({
 *   type: 'shop.order-placed',
 *   topic: 'shop.orders',
 *   key: (data) => data.orderId,
 *   schema: z.object({ orderId: z.uuid(), totalMinor: z.string() }),
 * });
 */
export function defineEvent<const Type extends string, Schema extends StandardSchemaV1>(definition: {
  readonly type: Type;
  readonly topic: string;
  readonly key: (data: StandardSchemaV1.InferOutput<Schema>) => string;
  readonly schema: Schema;
}): EventDefinition<Type, StandardSchemaV1.InferOutput<Schema>> {
  return Object.freeze({ ...definition }) as EventDefinition<Type, StandardSchemaV1.InferOutput<Schema>>;
}
