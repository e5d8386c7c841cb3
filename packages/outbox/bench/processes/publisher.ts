import { kafkajsPublisher } from '@bezel/outbox/kafkajs';
import { platformaticPublisher } from '@bezel/outbox/platformatic';
import type { Client } from '../load/client.ts';

/** The publisher of a client, with the library's own settings. */
export function publisherOf({ client, brokers }: { readonly client: Client; readonly brokers: readonly string[] }) {
  const options = { brokers, clientId: 'bench-relay' };
  return client === 'kafkajs' ? kafkajsPublisher(options) : platformaticPublisher(options);
}
