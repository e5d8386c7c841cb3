import type { Database } from '../database/index.ts';
import type { Role } from '../service/index.ts';

/** An outbox relay, as far as its role needs it. */
export interface RelayLike {
  start(): Promise<void>;
  stop(): Promise<void>;
  status(): {
    readonly state: string;
    readonly trouble: { readonly with: string; readonly message: string } | null;
    readonly waiting: readonly { readonly topic: string; readonly key: string | null; readonly message: string }[];
  };
}

/**
 * Why the relay does not do its work, or undefined when it does. A relay without a shard works: it stands by. A key that
 * waits is the trouble of that key's messages and of whoever wrote them; a topic that waits is the relay's.
 */
export function relayTrouble(relay: RelayLike): string | undefined {
  const { state, trouble, waiting } = relay.status();
  if (state !== 'running') {
    return `the relay is ${state}`;
  }
  if (trouble !== null) {
    return `${trouble.with}: ${trouble.message}`;
  }
  const topic = waiting.find(({ key }) => key === null);
  return topic === undefined ? undefined : `the topic ${topic.topic} is refused: ${topic.message}`;
}

/** The role that publishes the outbox. It works while Postgres and Kafka answer and no whole topic is refused. */
// biome-ignore lint/suspicious/noExplicitAny: the schema does not matter here.
export function relayRole(database: Database<any>, relay: RelayLike): Role {
  return {
    start: () => relay.start(),
    stop: () => relay.stop(),
    async health() {
      const trouble = relayTrouble(relay);
      if (trouble !== undefined) {
        throw new Error(trouble);
      }
      await database.ping();
    },
  };
}
