import type { DiscoveryService } from '@nestjs/core';
import type { EventHandler } from '../../consumer/on.ts';
import { EventHandlerDuplicateError, EventHandlerScopedError } from '../errors.ts';
import { type DecoratedMethod, decoratedMethods } from './on-event.ts';

/** The handlers of an application, by the name of the outbox whose consumer calls them. */
export type FoundHandlers = ReadonlyMap<string, readonly EventHandler[]>;

interface Found extends DecoratedMethod {
  /** For people: class and method. */
  readonly place: string;
}

/**
 * Finds every `@OnEvent` method of an application. To be called when all providers are made.
 *
 * @throws EventHandlerScopedError, EventHandlerDuplicateError
 */
export function discoverHandlers(discovery: DiscoveryService): FoundHandlers {
  const byOutbox = new Map<string, EventHandler[]>();
  const places = new Map<string, string>();
  for (const { outbox, handler, place } of found(discovery)) {
    const { topic, type } = handler;
    const event = JSON.stringify([outbox, topic, type]);
    const other = places.get(event);
    if (other !== undefined) {
      throw new EventHandlerDuplicateError(
        `${other} and ${place} both handle ${type} on ${topic}; an event has one handler: let one call the other, or give them consumers of their own`,
      );
    }
    places.set(event, place);
    byOutbox.set(outbox, [...(byOutbox.get(outbox) ?? []), handler]);
  }
  return byOutbox;
}

function found(discovery: DiscoveryService): Found[] {
  const seen = new Set<object>();
  return [...discovery.getProviders(), ...discovery.getControllers()].flatMap((wrapper) => {
    const lasting = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
    const target: unknown = lasting ? wrapper.instance : wrapper.metatype?.prototype;
    if (typeof target !== 'object' || target === null || seen.has(target)) {
      return [];
    }
    seen.add(target);
    const methods = decoratedMethods(target);
    const owner = target.constructor?.name ?? String(wrapper.name);
    if (!lasting && methods.length > 0) {
      throw new EventHandlerScopedError(
        `${owner}.${methods[0]?.method} handles an event, but ${owner} is not made once for the application; inject what depends on a request elsewhere`,
      );
    }
    return methods.map((method) => ({ ...method, place: `${owner}.${method.method}` }));
  });
}
