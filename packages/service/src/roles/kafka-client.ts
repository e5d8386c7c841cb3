import type { ConsumerOptions } from '@bezel/outbox';
import type { kafkajsPublisher } from '@bezel/outbox/kafkajs';

/** Which Kafka, and by which library. */
export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly client: 'kafkajs' | 'platformatic';
}

/** The two ends of the outbox at Kafka, by the library that was chosen. Each call makes one with connections of its own. */
export interface KafkaClient {
  publisher(): ReturnType<typeof kafkajsPublisher>;
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
    const { platformaticPublisher, platformaticSubscriber } = await import('@bezel/outbox/platformatic');
    return { publisher: () => platformaticPublisher(options), subscriber: () => platformaticSubscriber(options) };
  }
  const { kafkajsPublisher, kafkajsSubscriber } = await import('@bezel/outbox/kafkajs');
  return { publisher: () => kafkajsPublisher(options), subscriber: () => kafkajsSubscriber(options) };
}
