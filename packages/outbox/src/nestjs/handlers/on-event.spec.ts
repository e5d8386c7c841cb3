import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { EventHandler, HandlerContext, ReceivedEvent } from '../../consumer/on.ts';
import { defineEvent } from '../../event/define-event.ts';
import { type EventOf, handlersOf, OnEvent } from './on-event.ts';

const eventOf = <Type extends string>(type: Type) =>
  defineEvent({ type, topic: 'orders', key: ({ id }) => id, schema: z.object({ id: z.string() }) });
const Placed = eventOf('placed');
const Paid = eventOf('paid');

class Base {
  readonly calls: string[] = [];

  @OnEvent(Placed)
  placed({ data }: EventOf<typeof Placed>): void {
    this.calls.push(`placed ${data.id}`);
  }
}

class Orders extends Base {
  @OnEvent(Paid, { retry: { attempts: 2 } })
  @OnEvent(eventOf('refunded'))
  async money({ type }: ReceivedEvent, { signal }: HandlerContext): Promise<void> {
    this.calls.push(`${type} ${signal.aborted}`);
  }

  @OnEvent.batch(eventOf('moved'))
  moved(events: readonly ReceivedEvent<'moved', { id: string }>[]): void {
    this.calls.push(`moved ${events.map(({ data }) => data.id).join()}`);
  }

  get neverRead(): string {
    throw new Error('a getter must not run because somebody looks for methods');
  }

  undecorated(): void {}
}

async function call(handler: EventHandler, data: unknown): Promise<void> {
  const event = { type: handler.type, data } as ReceivedEvent;
  const context = { signal: AbortSignal.abort() } as HandlerContext;
  await (handler.takes === 'one' ? handler.handle(event, context) : handler.handle([event, event], context));
}

describe('decorated methods', () => {
  test('are handlers of each of their events, those of classes above included, and know their object', async () => {
    const orders = new Orders();
    const handlers = handlersOf(orders);
    expect(handlers.map(({ type, topic, retry }) => [type, topic, retry])).toEqual([
      ['refunded', 'orders', undefined],
      ['paid', 'orders', { attempts: 2 }],
      ['moved', 'orders', undefined],
      ['placed', 'orders', undefined],
    ]);
    for (const handler of handlers) await call(handler, { id: '7' });
    expect(orders.calls).toEqual(['refunded true', 'paid true', 'moved 7,7', 'placed 7']);
  });

  test('are not decorated for a class that overrides them', () => {
    class Quiet extends Base {
      override placed(): void {}
    }
    expect(handlersOf(new Quiet())).toEqual([]);
  });

  test('take what their event carries: another type does not compile', () => {
    class Wrong {
      // @ts-expect-error the data of Placed has no total
      @OnEvent(Placed)
      placed(_event: ReceivedEvent<'placed', { total: number }>): void {}

      // @ts-expect-error it is called with a list
      @OnEvent.batch(Paid)
      paid(_event: EventOf<typeof Paid>): void {}
    }
    expect(handlersOf(new Wrong())).toHaveLength(2);
  });
});
