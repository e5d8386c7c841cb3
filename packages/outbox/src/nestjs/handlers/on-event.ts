import { SetMetadata } from '@nestjs/common';
import { MetadataScanner, Reflector } from '@nestjs/core';
import { type EventHandler, type HandlerContext, on, type ReceivedEvent } from '../../consumer/on.ts';
import type { EventDefinition } from '../../event/define-event.ts';
import { DEFAULT_NAME } from '../tokens.ts';

/** How a method handles its event: what the third argument of `on` says, and for whom. */
export interface OnEventOptions extends NonNullable<Parameters<typeof on>[2]> {
  /** The name of the outbox whose consumer calls it. Default `default`. */
  readonly outbox?: string;
}

/** A method that is called with an event: by its type the compiler knows a method that takes something else. */
export type EventMethod<Type extends string, Data> = (
  event: ReceivedEvent<Type, Data>,
  context: HandlerContext,
) => Promise<void> | void;

/** The event that a method decorated for a definition is called with. */
export type EventOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Data> ? ReceivedEvent<Type, Data> : never;

interface Mark extends OnEventOptions {
  readonly event: EventDefinition;
}

const MARKS = '@bezel/outbox on-event';
const reflector = new Reflector();
const scanner = new MetadataScanner();

/**
 * Makes a method of a provider or controller the handler of an event. It has a transaction of its own, `context.tx`, and
 * everything `on` says holds for it: its effects happen once, in the order of the key. Several on one method make it the
 * handler of several events.
 *
 * `@OnEvent(OrderPlaced) async bill({ data }: EventOf<typeof OrderPlaced>, { tx }: HandlerContext) { … }`
 */
export function OnEvent<Type extends string, Data>(
  event: EventDefinition<Type, Data>,
  options: OnEventOptions = {},
): <Method extends EventMethod<Type, Data>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void {
  return (target, method, descriptor) => {
    const mark: Mark = { ...options, event: event as unknown as EventDefinition };
    SetMetadata(MARKS, [...marksOf(descriptor.value), mark])(target, method, descriptor);
  };
}

/** A decorated method, bound to its event. */
export interface DecoratedMethod {
  readonly method: string;
  readonly outbox: string;
  readonly handler: EventHandler;
}

/** The decorated methods of an object and of the classes it extends. */
export function decoratedMethods(instance: object): DecoratedMethod[] {
  const methods = instance as Record<string, EventMethod<string, unknown>>;
  return scanner.getAllMethodNames(instance).flatMap((method) =>
    marksOf(methods[method]).map(({ event, outbox = DEFAULT_NAME, ...options }) => ({
      method,
      outbox,
      handler: on(event, (received, context) => methods[method]?.(received, context), options),
    })),
  );
}

/**
 * The handlers that an object's decorated methods are, for a `createConsumer` without Nest: in a test of theirs, say.
 *
 * @example
 * class Billing {}
 * const handlers = handlersOf(new Billing());
 */
export const handlersOf = (instance: object): EventHandler[] =>
  decoratedMethods(instance).map(({ handler }) => handler);

const marksOf = (method: unknown): readonly Mark[] =>
  typeof method === 'function' ? (reflector.get<readonly Mark[] | undefined>(MARKS, method) ?? []) : [];
