import { SetMetadata } from '@nestjs/common';
import { MetadataScanner, Reflector } from '@nestjs/core';
import {
  type EventHandler,
  type HandlerContext,
  type HandlerOptions,
  on,
  type ReceivedEvent,
} from '../../consumer/on.ts';
import type { EventDefinition } from '../../event/define-event.ts';
import { DEFAULT_NAME } from '../tokens.ts';

/** How a method handles its event: what the third argument of `on` says, and for whom. */
export interface OnEventOptions<Data = unknown> extends HandlerOptions<Data> {
  /** The name of the outbox whose consumer calls it. Default `default`. */
  readonly outbox?: string;
}

/** The event that a method decorated for a definition is called with. */
export type EventOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Data> ? ReceivedEvent<Type, Data> : never;

/** Decorates a method that can be called with this, and does not compile on another one. */
export type EventDecorator<Received> = <
  Method extends (received: Received, context: HandlerContext) => Promise<void> | void,
>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** What was said about a method, in the words of `on`. */
interface Mark {
  readonly outbox: string;
  readonly bind: (method: (received: unknown, context: HandlerContext) => Promise<void> | void) => EventHandler;
}

const MARKS = '@bezel/outbox on-event';
const reflector = new Reflector();
const scanner = new MetadataScanner();

/**
 * Makes a method of a provider or controller the handler of an event. It works in the transaction of `context.tx`, and
 * everything `on` says holds for it: its effects happen once, in the order of the key. Several on one method make it the
 * handler of several events. `OnEvent.batch` is for a method that takes several events at once, as `on.batch` does.
 *
 * @example
 * class Billing {
 *   @OnEvent(OrderPlaced)
 *   async bill({ data }: EventOf<typeof OrderPlaced>, { tx }: HandlerContext): Promise<void> {
 *     await tx.query('INSERT INTO invoice (order_id) VALUES ($1)', [data.orderId]);
 *   }
 *
 *   @OnEvent.batch(OrderPlaced, { outbox: 'reports' })
 *   async count(events: readonly EventOf<typeof OrderPlaced>[], { tx }: HandlerContext): Promise<void> {
 *     await tx.query('UPDATE report SET orders = orders + $1', [events.length]);
 *   }
 * }
 */
export const OnEvent: {
  <Type extends string, Data>(
    event: EventDefinition<Type, Data>,
    options?: OnEventOptions<NoInfer<Data>>,
  ): EventDecorator<ReceivedEvent<Type, Data>>;
  /**
   * The same for a method that takes several events at once, as `on.batch` does.
   *
   * @example
   * class Reports {
   *   @OnEvent.batch(OrderPlaced)
   *   async count(events: readonly EventOf<typeof OrderPlaced>[]): Promise<void> {
   *     console.log(events.length);
   *   }
   * }
   */
  batch<Type extends string, Data>(
    event: EventDefinition<Type, Data>,
    options?: OnEventOptions<NoInfer<Data>>,
  ): EventDecorator<readonly ReceivedEvent<Type, Data>[]>;
} = /* @__PURE__ */ Object.assign(onEvent, { batch: onEvents });

function onEvent<Type extends string, Data>(
  event: EventDefinition<Type, Data>,
  { outbox = DEFAULT_NAME, ...options }: OnEventOptions<NoInfer<Data>> = {},
): EventDecorator<never> {
  return mark({ outbox, bind: (method) => on(event, method, options) });
}

function onEvents<Type extends string, Data>(
  event: EventDefinition<Type, Data>,
  { outbox = DEFAULT_NAME, ...options }: OnEventOptions<NoInfer<Data>> = {},
): EventDecorator<never> {
  return mark({ outbox, bind: (method) => on.batch(event, method, options) });
}

const mark =
  (added: Mark): EventDecorator<never> =>
  (target, method, descriptor) =>
    SetMetadata(MARKS, [...marksOf(descriptor.value), added])(target, method, descriptor);

/** A decorated method, bound to its event. */
export interface DecoratedMethod {
  readonly method: string;
  readonly outbox: string;
  readonly handler: EventHandler;
}

/** The decorated methods of an object and of the classes it extends. */
export function decoratedMethods(instance: object): DecoratedMethod[] {
  const methods = instance as Record<string, Parameters<Mark['bind']>[0]>;
  return scanner.getAllMethodNames(instance).flatMap((method) =>
    marksOf(methods[method]).map(({ outbox, bind }) => ({
      method,
      outbox,
      handler: bind((received, context) => methods[method]?.(received, context)),
    })),
  );
}

/**
 * The handlers that an object's decorated methods are, for a `createConsumer` without Nest: in a test of theirs, say.
 *
 * @example
 * class Billing {
 *   @OnEvent(OrderPlaced)
 *   bill({ data }: EventOf<typeof OrderPlaced>): void {
 *     console.log(data.orderId);
 *   }
 * }
 * const handlers = handlersOf(new Billing());
 */
export const handlersOf = (instance: object): EventHandler[] =>
  decoratedMethods(instance).map(({ handler }) => handler);

const marksOf = (method: unknown): readonly Mark[] =>
  typeof method === 'function' ? (reflector.get<readonly Mark[] | undefined>(MARKS, method) ?? []) : [];
