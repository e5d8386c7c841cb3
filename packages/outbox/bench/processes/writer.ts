/** Commits orders, or sends them to Kafka straight away, at an even rate; remembers when. */
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '@bezel/local/measuring';
import { createOutbox } from '@bezel/outbox';
import pg from 'pg';
import type { Client } from '../load/client.ts';
import { recordOf } from '../load/message.ts';
import { orderOf, orderPlaced } from '../load/order-event.ts';
import { rawProducer } from '../load/raw-producer.ts';
import { machineMs } from './clock.ts';

interface Load {
  readonly topic: string;
  /** Number of the first one. */
  readonly first: number;
  readonly count: number;
  readonly perSecond: number;
}

/** Starts `count` works, spread evenly over the seconds, however long each takes. Answers when all are done. */
async function evenly({ count, perSecond }: Load, work: (n: number) => Promise<void>): Promise<void> {
  const began = machineMs();
  const under: Promise<void>[] = [];
  for (let n = 0; n < count; ) {
    const due = Math.min(count, 1 + Math.floor(((machineMs() - began) * perSecond) / 1_000));
    for (; n < due; n += 1) under.push(work(n));
    await delay(1);
  }
  await Promise.all(under);
}

const program = {
  /** When each COMMIT was sent. */
  async commit({ databaseUrl, ...load }: Load & { readonly databaseUrl: string }): Promise<number[]> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });
    const outbox = createOutbox({ source: '/bench', db: pool });
    const event = orderPlaced(load.topic);
    const sent: number[] = [];
    await evenly(load, async (n) => {
      const connection = await pool.connect();
      await connection.query('BEGIN');
      await outbox.write(connection, event, orderOf(load.first + n, true));
      sent[n] = machineMs();
      await connection.query('COMMIT');
      connection.release();
      await outbox.nudge();
    });
    await pool.end();
    return sent;
  },

  /** When each message was handed to the producer. What comes while one send is under way goes with the next. */
  async send({ client, brokers, ...load }: Load & { client: Client; brokers: readonly string[] }): Promise<number[]> {
    const producer = rawProducer({ client, brokers });
    const sent: number[] = [];
    let waiting: number[] = [];
    let sending: Promise<void> | undefined;
    const drain = async (): Promise<void> => {
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        await producer.prepare(
          batch.map((n) => ({
            ...recordOf(load.topic, n),
            key: Buffer.from(orderOf(n).orderId),
            value: Buffer.from(JSON.stringify(orderOf(load.first + n, true))),
          })),
        )();
      }
      sending = undefined;
    };
    await evenly(load, async (n) => {
      sent[n] = machineMs();
      waiting.push(n);
      sending ??= drain();
      await sending;
    });
    await producer.close();
    return sent;
  },
};

export type WriterProgram = typeof program;
serve(program);
