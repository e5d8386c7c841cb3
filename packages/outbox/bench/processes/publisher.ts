import type { Publisher } from '../../src/publisher/publisher.ts';
import type { Client } from '../load/client.ts';

/** The publisher of a client, with the library's own settings. Only the client that is used is loaded. */
export async function publisherOf(target: {
  readonly client: Client;
  readonly brokers: readonly string[];
}): Promise<Publisher> {
  const options = { brokers: target.brokers, clientId: 'bench-relay' };
  if (target.client === 'kafkajs') {
    const { kafkajsPublisher } = await import('@bezel/outbox/kafkajs');
    return kafkajsPublisher(options);
  }
  const { platformaticPublisher } = await import('@bezel/outbox/platformatic');
  return platformaticPublisher(options);
}
