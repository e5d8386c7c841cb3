import { Kafka, logLevel, type Message } from 'kafkajs';

/** Sends records as somebody would who has access to the topics: straight to the broker, past every outbox. */
export async function sendTo(brokers: readonly string[], topic: string, messages: readonly Message[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'bezel-chaos', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    // One request a message: the order of the list is the order on the topic, and no batch is refused for one of them.
    for (const message of messages) await producer.send({ topic, messages: [message] });
  } finally {
    await producer.disconnect();
  }
}
