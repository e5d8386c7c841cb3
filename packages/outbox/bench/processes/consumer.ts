/** A consumer in a process of its own: the package as it is built. */
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { serve, type Usage, usage } from '@bezel/local/measuring';
import { createConsumer, type EventHandler, on } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import pg from 'pg';
import { CHANNELS } from '../../src/telemetry/names.ts';
import { COUNT_ORDER, COUNT_ORDERS } from '../load/accounts.ts';
import { orderPlaced } from '../load/order-event.ts';

export interface Consumption {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly count: number;
  readonly work: Work;
}

/** What is done with each message: nothing, a row updated, or all rows of a call updated by one statement. */
export type Work = 'empty' | 'row' | 'rows';

export interface Consumed {
  /** From the first call of a handler to the commit of the last message. */
  readonly ms: number;
  /** Of the process, in that time. */
  readonly cpuMs: number;
}

function handlerOf(work: Work, topic: string, called: () => void): EventHandler {
  const event = orderPlaced(topic);
  switch (work) {
    case 'empty':
      return on(event, called);
    case 'row':
      return on(event, async ({ key }, { tx }) => {
        called();
        await tx.query(COUNT_ORDER, [key]);
      });
    case 'rows':
      return on.batch(event, async (events, { tx }) => {
        called();
        await tx.query(COUNT_ORDERS, [events.map(({ key }) => key)]);
      });
  }
}

const program = {
  /** Reads a topic from its beginning, in a group of its own, until so many messages are handled. */
  async consume({ databaseUrl, brokers, topic, count, work }: Consumption): Promise<Consumed> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
    const done = Promise.withResolvers<void>();
    let began: { readonly at: number; readonly cpuMs: number } | undefined;
    let handled = 0;
    const committed = (batch: unknown): void => {
      handled += (batch as { handled: number }).handled;
      if (handled >= count) done.resolve();
    };
    subscribe(CHANNELS.batch, committed);
    const consumer = createConsumer({
      db: pool,
      subscriber: kafkajsSubscriber({ brokers, clientId: 'bench-consumer' }),
      groupId: `bench-${randomUUID()}`,
      handlers: [
        handlerOf(work, topic, () => {
          began ??= { at: performance.now(), cpuMs: usage().cpuMs };
        }),
      ],
      onError({ kind, error }) {
        // A broker that has just begun names coordinators that are not ready: the consumer tries again by itself.
        if (kind !== 'kafka') done.reject(new Error(`${kind}: ${error.message}`, { cause: error }));
      },
    });
    try {
      await consumer.start();
      await done.promise;
      return { ms: performance.now() - (began?.at ?? 0), cpuMs: usage().cpuMs - (began?.cpuMs ?? 0) };
    } finally {
      unsubscribe(CHANNELS.batch, committed);
      await consumer.stop();
      await pool.end();
    }
  },

  usage: async (_: null): Promise<Usage> => usage(),
};

export type ConsumerProgram = typeof program;
serve(program);
