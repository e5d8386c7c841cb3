import type { EventHandler } from '../on.ts';
import type { HandledMessage } from './route.ts';

/** An event with its place in what a transaction is about. */
export interface PlacedEvent {
  readonly place: number;
  readonly message: HandledMessage;
}

/** One call of a handler: a single event, or several for one that takes batches. */
export interface HandlerCall {
  readonly handler: EventHandler;
  readonly events: readonly PlacedEvent[];
}

/**
 * Which calls hand over these events. The calls are made one after the other, so each key keeps its order if no event is put
 * into a call before the one that has the event ahead of it with its key. Within that, a batch goes into as few calls as it
 * can: an event joins the latest call of its handler, past events of other keys.
 */
export function toCalls(events: readonly PlacedEvent[]): HandlerCall[] {
  if (events.every(({ message }) => message.handler.takes === 'one')) {
    return events.map((event) => ({ handler: event.message.handler, events: [event] }));
  }
  const calls: { readonly handler: EventHandler; readonly events: PlacedEvent[] }[] = [];
  const latestOfHandler = new Map<EventHandler, number>();
  const latestOfKey = new Map<string, number>();
  for (const event of events) {
    const { handler, message } = event.message;
    // As with parking, messages without a key count as one key.
    const key = message.key?.toString('latin1') ?? '';
    const open = handler.takes === 'batch' ? (latestOfHandler.get(handler) ?? -1) : -1;
    if (open >= (latestOfKey.get(key) ?? 0)) {
      calls[open]?.events.push(event);
      latestOfKey.set(key, open);
    } else {
      latestOfHandler.set(handler, calls.length);
      latestOfKey.set(key, calls.length);
      calls.push({ handler, events: [event] });
    }
  }
  return calls;
}
