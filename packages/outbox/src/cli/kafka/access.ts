import type { TopicInspector } from '../../admin/doctor/topics.ts';
import type { Subscriber } from '../../subscriber/index.ts';

/** What a command may want of Kafka. Nothing connects before it is used. */
export interface KafkaAccess {
  readonly topics: TopicInspector;
  readonly subscriber: Subscriber;
}

/** How brokers are reached, whichever client does it. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly tls: boolean;
  readonly sasl:
    | {
        readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
}

export const CLIENT_ID = 'bezel-outbox';
