import { TOPICS } from '@bezel/contracts';
import { createTopic, testServers } from '@bezel/local/testing';
import { type EventDefinition, type EventHandler, uuidv7 } from '@bezel/outbox';
import { Kafka, logLevel } from 'kafkajs';
import type pg from 'pg';

/** Topics of one test's own in place of the shared ones, and a producer that writes to them as a relay does. */
export async function startTopics(pool: pg.Pool) {
  const own: Readonly<Record<string, string>> = {
    [TOPICS.shopOrders]: await createTopic('shop.orders'),
    [TOPICS.mesWorkOrders]: await createTopic('mes.work-orders'),
  };
  const kafka = new Kafka({
    clientId: 'test',
    brokers: [...testServers().kafkaBrokers],
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();

  const send = (message: { topic: string; key: string; type: string; id: string; time: Date; payload: Buffer }) =>
    producer.send({
      topic: own[message.topic] ?? message.topic,
      messages: [
        {
          key: message.key,
          value: message.payload,
          headers: {
            ce_specversion: '1.0',
            ce_id: message.id,
            ce_type: message.type,
            ce_source: '/bezel/test',
            ce_time: message.time.toISOString(),
            'content-type': 'application/json',
          },
        },
      ],
    });

  return {
    /** The same handlers, reading this test's topics. */
    reading: (handlers: readonly EventHandler[]): EventHandler[] =>
      handlers.map((handler) => ({ ...handler, topic: own[handler.topic] ?? handler.topic })),

    /** Sends what the outbox holds about an order, in order; `types` chooses. */
    async relay(orderId: string, types: RegExp = /./): Promise<void> {
      const { rows } = await pool.query(
        'SELECT topic, key, type, id, payload, created_at AS time FROM outbox.message WHERE key = $1 ORDER BY seq',
        [orderId],
      );
      for (const row of rows) if (types.test(row.type)) await send(row);
    },

    /** Sends an event of another service. Answers with its message id. */
    async tell<Data>(event: EventDefinition<string, Data>, data: Data, id = uuidv7()): Promise<string> {
      const payload = Buffer.from(JSON.stringify(data));
      await send({ topic: event.topic, key: event.key(data), type: event.type, id, time: new Date(), payload });
      return id;
    },

    [Symbol.asyncDispose]: () => producer.disconnect(),
  };
}
