import type { ConsumerOptions } from '@bezel/outbox';

/** Which Kafka, and by which library. */
export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly client: 'kafkajs' | 'platformatic';
}

/** The two ends of the outbox at Kafka, by the library that was chosen. Each call makes one with connections of its own. */
export interface KafkaClient {
  subscriber(): ConsumerOptions['subscriber'];
}

/**
 * Loads the chosen library, and only that.
 *
 * @param clientId how the brokers see this service in their logs and metrics
 * @example const kafka = await kafkaClient(config.kafka, 'crm-api');
 */
export async function kafkaClient({ brokers, client }: KafkaOptions, clientId: string): Promise<KafkaClient> {
  const options = { brokers, clientId };
  if (client === 'platformatic') {
    const { platformaticSubscriber } = await import('@bezel/outbox/platformatic');
    return { subscriber: () => platformaticSubscriber(options) };
  }
  const { kafkajsSubscriber } = await import('@bezel/outbox/kafkajs');
  return { subscriber: () => kafkajsSubscriber(options) };
}
