import type { EventDefinition } from '@bezel/outbox/event';

/**
 * What came of showing again what an app took. `projected`: it was not shown, and is. `shown`: it is there, or something later is.
 * `not-taken`: the message was not handled here, or so long ago that nobody knows, or is not of the event's time; it comes by itself
 * or is published again, and its effect with it. `unfit`: no event that this app shows.
 */
export type ProjectedAgain = 'projected' | 'shown' | 'not-taken' | 'unfit';

/** The data of an event that somebody quotes; undefined when it is another event, or is not as that one is defined. */
export function dataOf<Data>(
  definition: EventDefinition<string, Data>,
  { type, data }: { readonly type: string; readonly data: unknown },
): Data | undefined {
  if (definition.type !== type) return undefined;
  const read = definition.schema['~standard'].validate(data);
  return read instanceof Promise || read.issues !== undefined ? undefined : read.value;
}
