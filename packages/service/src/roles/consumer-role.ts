import type { Database } from '../database/index.ts';
import type { Role } from '../service/index.ts';
import { log } from '../telemetry/index.ts';

/** An outbox consumer, as far as its role needs it. */
export interface ConsumerLike {
  start(): Promise<void>;
  stop(): Promise<void>;
  status(): {
    readonly state: string;
    readonly joined: boolean;
    readonly trouble: { readonly with: string; readonly message: string } | null;
    readonly partitions: readonly {
      readonly topic: string;
      readonly partition: number;
      readonly state: string;
      readonly failing: { readonly attempts: number; readonly message: string } | null;
    }[];
  };
}

/** A message that failed this often is not in a passing quarrel with another transaction. */
const FAILING_FOR_GOOD = 5;

/** Why the consumer does not do its work, or undefined when it does. */
export function consumerTrouble(consumer: ConsumerLike): string | undefined {
  const { state, joined, trouble, partitions } = consumer.status();
  if (state !== 'running') {
    return `the consumer is ${state}`;
  }
  if (trouble !== null) {
    return `${trouble.with}: ${trouble.message}`;
  }
  if (!joined) {
    return 'not a member of the consumer group yet';
  }
  const stuck = partitions.find(
    (one) => one.state === 'out-of-range' || (one.failing?.attempts ?? 0) >= FAILING_FOR_GOOD,
  );
  return stuck === undefined
    ? undefined
    : `${stuck.topic}/${stuck.partition} stands still: ${stuck.failing?.message ?? 'its position is not in Kafka any more'}`;
}

/**
 * The role that consumes events. It works while the consumer is a member of its group, Postgres answers and no
 * partition stands still.
 */
// biome-ignore lint/suspicious/noExplicitAny: the schema does not matter here.
export function consumerRole(database: Database<any>, consumer: ConsumerLike): Role {
  return {
    start: () => consumer.start(),
    stop: () => consumer.stop(),
    async health() {
      const trouble = consumerTrouble(consumer);
      if (trouble !== undefined) {
        throw new Error(trouble);
      }
      await database.ping();
    },
  };
}

/** Logs what a consumer or a relay tells its `onError`. */
export const logProblem = (problem: { readonly kind: string; readonly error: Error }): void => {
  const { error, kind, ...details } = problem;
  log.warn({ err: error, 'event.action': `${kind}-problem`, 'bezel.problem': details }, error.message);
};
