import type { FetchedMessage, TopicPartition } from '../../subscriber/index.ts';
import { ConsumerOptionsInvalidError, EventHeadersInvalidError, EventUnknownError } from '../errors.ts';
import type { EventHandler } from '../on.ts';
import { decodeMessage, type Envelope } from './decode.ts';

/** What to do with messages that no handler asks for: pass over them, or stop at them until a handler is deployed. */
export type UnknownEvents = 'skip' | 'fail';

export type RoutedMessage =
  | {
      readonly kind: 'handle';
      readonly message: FetchedMessage;
      readonly envelope: Envelope;
      readonly handler: EventHandler;
    }
  | { readonly kind: 'skip'; readonly message: FetchedMessage }
  | {
      readonly kind: 'fault';
      readonly message: FetchedMessage;
      readonly envelope: Envelope | null;
      readonly error: Error;
    };

export type Router = (partition: TopicPartition, message: FetchedMessage) => RoutedMessage;

/** Throws `ConsumerOptionsInvalidError` when there is no handler, or two for one event. */
export function createRouter(handlers: readonly EventHandler[], unknownEvents: UnknownEvents): Router {
  if (handlers.length === 0) {
    throw new ConsumerOptionsInvalidError('a consumer needs at least one handler');
  }
  const byTopic = new Map<string, Map<string, EventHandler>>();
  for (const handler of handlers) {
    const byType = byTopic.get(handler.topic) ?? new Map<string, EventHandler>();
    byTopic.set(handler.topic, byType);
    if (byType.has(handler.type)) {
      throw new ConsumerOptionsInvalidError(`two handlers for ${handler.type} on ${handler.topic}`);
    }
    byType.set(handler.type, handler);
  }

  return ({ topic, partition }, message) => {
    const decoded = decodeMessage(message);
    const type = decoded.kind === 'event' ? decoded.envelope.type : decoded.kind === 'malformed' ? decoded.type : null;
    const handler = type === null ? undefined : byTopic.get(topic)?.get(type);
    const place = `${topic}/${partition} at offset ${message.offset}`;
    if (handler === undefined) {
      if (unknownEvents === 'skip') {
        return { kind: 'skip', message };
      }
      const what = type === null ? 'a message that is no event of an outbox' : `an event of type ${type}`;
      const error = new EventUnknownError(`no handler for ${what}, ${place}`);
      return { kind: 'fault', message, envelope: decoded.kind === 'event' ? decoded.envelope : null, error };
    }
    if (decoded.kind !== 'event') {
      const problem = decoded.kind === 'malformed' ? decoded.problem : 'no event';
      const error = new EventHeadersInvalidError(`${problem}, ${place}`);
      return { kind: 'fault', message, envelope: null, error };
    }
    return { kind: 'handle', message, envelope: decoded.envelope, handler };
  };
}
