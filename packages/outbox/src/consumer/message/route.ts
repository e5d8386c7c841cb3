import { versionless } from '../../event/version.ts';
import type { FetchedMessage, TopicPartition } from '../../subscriber/index.ts';
import {
  ConsumerOptionsInvalidError,
  EventHeadersInvalidError,
  EventUnknownError,
  EventVersionUnknownError,
} from '../errors.ts';
import type { EventHandler } from '../on.ts';
import type { Upcaster } from '../upcast.ts';
import { decodeMessage, type Envelope } from './decode.ts';

/** What to do with messages that no handler asks for: pass over them for good, park their keys, or stop at them. */
export type UnknownEvents = 'skip' | 'park' | 'fail';

/** What to do with which of them. */
export interface UnknownPolicy {
  /** Events without a handler for their type. */
  readonly events: UnknownEvents;
  /** Those of them that are another version of an event with a handler. */
  readonly versions: UnknownEvents;
  /** Messages that were not written by an outbox. */
  readonly foreign: UnknownEvents;
}

/** A message for a handler. */
export interface HandledMessage {
  readonly kind: 'handle';
  readonly message: FetchedMessage;
  readonly envelope: Envelope;
  readonly handler: EventHandler;
  /** What brings it up to date; null when it is of the current version. */
  readonly upcaster: Upcaster | null;
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

/** Who takes an event of a type. */
type Receiver = Pick<HandledMessage, 'handler' | 'upcaster'>;

/** The topics that handlers, and their upcasters, want to be read. */
export const topicsOf = (handlers: readonly EventHandler[]): string[] => [
  ...new Set(handlers.flatMap(({ topic, upcasters }) => [topic, ...upcasters.map((old) => old.topic)])),
];

/** Throws `ConsumerOptionsInvalidError` when there is no handler, or two for one event. */
export function createRouter(handlers: readonly EventHandler[], unknown: UnknownPolicy): Router {
  const receivers = receiversOf(handlers);
  const families = new Map(
    [...receivers].map(([topic, byType]) => [topic, new Set([...byType.keys()].map(versionless))]),
  );

  return ({ topic, partition }, message) => {
    const decoded = decodeMessage(message);
    const type = decoded.kind === 'event' ? decoded.envelope.type : decoded.kind === 'malformed' ? decoded.type : null;
    const receiver = type === null ? undefined : receivers.get(topic)?.get(type);
    const place = `${topic}/${partition} at offset ${message.offset}`;
    if (receiver === undefined) {
      const isVersion = type !== null && families.get(topic)?.has(versionless(type)) === true;
      const policy = decoded.kind === 'foreign' ? unknown.foreign : isVersion ? unknown.versions : unknown.events;
      if (policy === 'skip') {
        return { kind: 'skip', message };
      }
      const what = type === null ? 'a message that is no event of an outbox' : `an event of type ${type}`;
      const error = isVersion
        ? new EventVersionUnknownError(`no handler and no upcaster for this version: ${type}, ${place}`)
        : new EventUnknownError(`no handler for ${what}, ${place}`);
      const envelope = decoded.kind === 'event' ? decoded.envelope : null;
      return { kind: 'fault', message, envelope, error, stops: policy === 'fail' };
    }
    if (decoded.kind !== 'event') {
      const problem = decoded.kind === 'malformed' ? decoded.problem : 'no event';
      const error = new EventHeadersInvalidError(`${problem}, ${place}`);
      return { kind: 'fault', message, envelope: null, error, stops: false };
    }
    return { kind: 'handle', message, envelope: decoded.envelope, ...receiver };
  };
}

/** By topic and type. */
function receiversOf(handlers: readonly EventHandler[]): ReadonlyMap<string, ReadonlyMap<string, Receiver>> {
  if (handlers.length === 0) {
    throw new ConsumerOptionsInvalidError('a consumer needs at least one handler');
  }
  const byTopic = new Map<string, Map<string, Receiver>>();
  const add = ({ topic, type }: EventHandler | Upcaster, receiver: Receiver): void => {
    const byType = byTopic.get(topic) ?? new Map<string, Receiver>();
    byTopic.set(topic, byType);
    if (byType.has(type)) {
      throw new ConsumerOptionsInvalidError(`two handlers for ${type} on ${topic}`);
    }
    byType.set(type, receiver);
  };
  for (const handler of handlers) {
    add(handler, { handler, upcaster: null });
    for (const upcaster of handler.upcasters) {
      add(upcaster, { handler, upcaster });
    }
  }
  return byTopic;
}
