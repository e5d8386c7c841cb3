import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { platformaticSubscriber } from '@bezel/outbox/platformatic';
import type { Config } from './config.ts';

const CLIENT_ID = 'shop';

/** The subscriber of the Kafka client that is configured. */
export const subscriberOf = ({ brokers, client }: Config['kafka']): ReturnType<typeof kafkajsSubscriber> =>
  (client === 'kafkajs' ? kafkajsSubscriber : platformaticSubscriber)({ brokers, clientId: CLIENT_ID });
