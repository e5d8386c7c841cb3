/** A message as a writer wrote it, in a transaction that may have been committed. */
export interface WrittenMessage {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  /** The value as it must arrive, as text. Left out, values are not compared. */
  readonly value?: string | undefined;
  /** The transaction, and when the message was written, on a clock that only counts: before the statement was sent. */
  readonly transaction: string;
  readonly writtenAt: number;
  /** Its place among the messages of its shard, where the writer held the key's lock (`serializeKey`). */
  readonly serialized?: number | undefined;
}

/** What became of a transaction that the database has in the end; the others have never been. */
export interface CommittedTransaction {
  /** On the same clock, when the commit was answered: it was over by then. Undefined where no answer came. */
  readonly answeredAt: number | undefined;
}

/** A message as it lies on a topic. Those of one partition come in its order. */
export interface ArrivedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly id: string;
  readonly key: string;
  readonly value: string;
}

/** That a message was handled, as the effect of its handler says. */
export interface HandledMessage {
  readonly id: string;
}

/** What a run wrote, what the database has of it in the end, and what came of it. */
export interface History {
  readonly written: readonly WrittenMessage[];
  /** By the name of the transaction. */
  readonly committed: ReadonlyMap<string, CommittedTransaction>;
  /** Everything on the topics. Copies of a message are allowed: publishing is at least once. */
  readonly arrived?: readonly ArrivedMessage[];
  /** What the handlers of one group did, those of one key in the order of their effects. Each message once. */
  readonly handled?: readonly HandledMessage[];
}

/**
 * What is wrong with a history.
 *
 * - `lost`: it was committed, and did not arrive or was not handled.
 * - `phantom`: it was rolled back, or nobody wrote it.
 * - `changed`: a copy has another topic, key or value than what was written.
 * - `split`: one key lies in two partitions.
 * - `reordered`: its first copy arrived, or it was handled, before one of its key that had to come first.
 * - `doubled`: it was handled more than once.
 */
export interface HistoryFault {
  readonly kind: 'lost' | 'phantom' | 'changed' | 'split' | 'reordered' | 'doubled';
  readonly where: 'arrived' | 'handled';
  /** Of the message. */
  readonly id: string;
  /** The same for people, with what it is compared with. */
  readonly says: string;
}

/**
 * Messages that were committed one after the other, in the order given: each in a transaction of its own that was over
 * before the next began. What a scenario with a single writer needs.
 *
 * @example
 * const faults = checkHistory({
 *   ...oneAfterTheOther([{ id: 'a', topic: 'shop.orders', key: 'order-1', value: '{}' }]),
 *   arrived: [],
 * });
 * console.log(faults.map(({ says }) => says));
 */
export function oneAfterTheOther(
  messages: readonly Pick<WrittenMessage, 'id' | 'topic' | 'key' | 'value'>[],
): Pick<History, 'written' | 'committed'> {
  return {
    written: messages.map((message, n) => ({ ...message, transaction: String(n), writtenAt: 2 * n })),
    committed: new Map(messages.map((_, n) => [String(n), { answeredAt: 2 * n + 1 }])),
  };
}

/** A topic and key: within them there is an order. */
export const laneOf = ({ topic, key }: { readonly topic: string; readonly key: string }): string => `${topic}/${key}`;
