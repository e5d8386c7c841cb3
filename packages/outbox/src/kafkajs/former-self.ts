import kafkajs, { type Cluster, type PartitionAssigner } from 'kafkajs';

const { PartitionAssigners } = kafkajs;

/** What the library's broker can do and its types leave out. */
interface LeftBy {
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
}

/** The member that an earlier session of this subscription was, for as long as the group may still wait for it. */
export interface FormerSelf {
  /** To be given to each consumer: it divides partitions as kafkajs does anyway, and shows its cluster here. */
  readonly assigners: PartitionAssigner[];
  /** Remembers who the session is, once it joined. */
  isNow(memberId: string): void;
  /** Has the one before leave, if there was one. Called on a consumer that is connected and has not joined yet. */
  leaves(): Promise<void>;
}

/**
 * A session whose brokers went away could not say that it leaves, and the group outlives the brokers. Without this, whoever
 * comes back as somebody new waits for its former self, and all others with it, until that one's session is over.
 */
export function formerSelf(groupId: string): FormerSelf {
  let former: string | undefined;
  let cluster: Cluster | undefined;
  return {
    assigners: [
      (given) => {
        cluster = given.cluster;
        return PartitionAssigners.roundRobin(given);
      },
    ],
    isNow(memberId) {
      former = memberId;
    },
    async leaves() {
      if (former === undefined || cluster === undefined) {
        return;
      }
      const coordinator = (await cluster.findGroupCoordinator({ groupId })) as unknown as LeftBy;
      try {
        await coordinator.leaveGroup({ groupId, memberId: former });
      } catch (error) {
        if ((error as { readonly type?: string }).type !== 'UNKNOWN_MEMBER_ID') {
          throw error;
        }
      }
      former = undefined;
    },
  };
}
