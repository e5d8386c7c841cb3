/**
 * What a team writes without this library: kafkajs, a transaction for what a fetch brought of a partition, then the offset
 * to Kafka. It has no inbox, so a kill or a rebalance between the two doubles effects: it is a limit, not an equal.
 */
import { randomUUID } from 'node:crypto';
import { serve, usage } from '@bezel/local/measuring';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { COUNT_ORDER } from '../load/accounts.ts';
import { orderPlaced } from '../load/order-event.ts';
import type { Consumed, Consumption } from './consumer.ts';

/** As many partitions at once as the library's consumer has. */
const CONCURRENCY = 8;

const program = {
  async consume({ databaseUrl, brokers, topic, count, work }: Consumption): Promise<Consumed> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
    const { schema } = orderPlaced(topic);
    const done = Promise.withResolvers<void>();
    let began: { readonly at: number; readonly cpuMs: number } | undefined;
    let handled = 0;
    const kafka = new kafkajs.Kafka({
      clientId: 'bench-handwritten',
      brokers: [...brokers],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 250 });
    consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: CONCURRENCY,
      async eachBatch({ batch }) {
        const { partition, messages } = batch;
        began ??= { at: performance.now(), cpuMs: usage().cpuMs };
        const client = await pool.connect();
        try {
          await client.query('BEGIN');
          for (const { key, value } of messages) {
            const checked = schema['~standard'].validate(JSON.parse(String(value)));
            if (checked instanceof Promise || checked.issues !== undefined) throw new Error('the data is refused');
            if (work === 'row') await client.query(COUNT_ORDER, [String(key)]);
          }
          await client.query('COMMIT');
        } finally {
          client.release();
        }
        await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(batch.lastOffset()) + 1n) }]);
        handled += messages.length;
        if (handled >= count) done.resolve();
      },
    });
    try {
      await done.promise;
      return { ms: performance.now() - (began?.at ?? 0), cpuMs: usage().cpuMs - (began?.cpuMs ?? 0) };
    } finally {
      await consumer.disconnect();
      await pool.end();
    }
  },
};

export type HandwrittenProgram = typeof program;
serve(program);
