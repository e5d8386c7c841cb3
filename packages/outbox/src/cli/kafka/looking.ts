import type { OffsetInspector } from '../../admin/look/consumer-lag.ts';
import type { KafkaAccess } from './access.ts';

/** Whether Kafka was asked for the ends of topics, and why it did not answer; null when it did. It can be turned into JSON. */
export interface KafkaLook {
  readonly asked: boolean;
  readonly trouble: string | null;
}

/** Looks at Kafka beside the database: what the database shows is shown when Kafka is away, then most of all. */
export function lookingAt(kafka: KafkaAccess | undefined): { readonly offsets: OffsetInspector; look(): KafkaLook } {
  let trouble: string | null = null;
  return {
    offsets: {
      async offsets(topics) {
        try {
          return (await kafka?.topics.offsets(topics)) ?? [];
        } catch (error) {
          trouble = (error as Error).message;
          return [];
        }
      },
    },
    look: () => ({ asked: kafka !== undefined, trouble }),
  };
}
