import type { FetchedMessage, TopicPartition } from '../../subscriber/index.ts';
import { ConsumerOptionsInvalidError, EventHeadersInvalidError, EventUnknownError } from '../errors.ts';
import type { EventHandler } from '../on.ts';
import { decodeMessage, type Envelope } from './decode.ts';

/** What to do with messages that no handler asks for: pass over them for good, park their keys, or stop at them. */
export type UnknownEvents = 'skip' | 'park' | 'fail';

/** What to do with which of them. */
export interface UnknownPolicy {
  /** Events without a handler for their type. */
  readonly events: UnknownEvents;
  /** Messages that were not written by an outbox. */
  readonly foreign: UnknownEvents;
}

/** A message for a handler. */
export interface HandledMessage {
  readonly kind: 'handle';
  readonly message: FetchedMessage;
  readonly envelope: Envelope;
  readonly handler: EventHandler;
}

/** A message that cannot be handed to anybody. It parks its key; or nothing passes it (`stops`). */
export interface FaultyMessage {
  readonly kind: 'fault';
  readonly message: FetchedMessage;
  readonly envelope: Envelope | null;
  readonly error: Error;
  readonly stops: boolean;
}

export type RoutedMessage =
  | HandledMessage
  | FaultyMessage
  | { readonly kind: 'skip'; readonly message: FetchedMessage };

export type Router = (partition: TopicPartition, message: FetchedMessage) => RoutedMessage;

/** Throws `ConsumerOptionsInvalidError` when there is no handler, or two for one event. */
export function createRouter(handlers: readonly EventHandler[], unknown: UnknownPolicy): Router {
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
      const policy = decoded.kind === 'foreign' ? unknown.foreign : unknown.events;
      if (policy === 'skip') {
        return { kind: 'skip', message };
      }
      const what = type === null ? 'a message that is no event of an outbox' : `an event of type ${type}`;
      const error = new EventUnknownError(`no handler for ${what}, ${place}`);
      const envelope = decoded.kind === 'event' ? decoded.envelope : null;
      return { kind: 'fault', message, envelope, error, stops: policy === 'fail' };
    }
    if (decoded.kind !== 'event') {
      const problem = decoded.kind === 'malformed' ? decoded.problem : 'no event';
      const error = new EventHeadersInvalidError(`${problem}, ${place}`);
      return { kind: 'fault', message, envelope: null, error, stops: false };
    }
    return { kind: 'handle', message, envelope: decoded.envelope, handler };
  };
}
