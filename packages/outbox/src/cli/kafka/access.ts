import type { TopicInspector } from '../../admin/doctor/topics.ts';
import type { OffsetInspector } from '../../admin/look/consumer-lag.ts';
import type { Subscriber } from '../../subscriber/index.ts';

/** What a command may want of Kafka. Nothing connects before it is used. */
export interface KafkaAccess {
  readonly topics: TopicInspector & OffsetInspector;
  readonly subscriber: Subscriber;
}

/** How brokers are reached, whichever client does it. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  /** PEM; an authority other than those Node trusts, and what the client shows of itself. Undefined is no TLS. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl:
    | {
        readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
}

export const CLIENT_ID = 'bezel-outbox';

/** Somebody waits for the answer: one more try, and not for long. In milliseconds. */
export const CONNECT_WITHIN_MS = 3_000;
export const ANSWER_WITHIN_MS = 10_000;
export const RETRIES = 1;
