import { type CommittedTransaction, laneOf, type WrittenMessage } from './history.ts';

/** A message that came before another one that had to come first. */
export interface Reordering {
  readonly id: string;
  readonly says: string;
}

/** Looks at each topic and key. `came` is in the order in which the messages came, each once. */
export function reorderingsOf(
  came: readonly WrittenMessage[],
  committed: ReadonlyMap<string, CommittedTransaction>,
): Reordering[] {
  return [...Map.groupBy(came, laneOf)].flatMap(([lane, messages]) => reorderingsWithin(lane, messages, committed));
}

/** From the last to the first: none that comes later may have had to come earlier. */
function reorderingsWithin(
  lane: string,
  came: readonly WrittenMessage[],
  committed: ReadonlyMap<string, CommittedTransaction>,
): Reordering[] {
  const found: Reordering[] = [];
  const answeredAt = ({ transaction }: WrittenMessage): number =>
    committed.get(transaction)?.answeredAt ?? Number.POSITIVE_INFINITY;
  let earliest: WrittenMessage | undefined;
  const inTransaction = new Map<string, WrittenMessage>();
  let serialized: WrittenMessage | undefined;
  for (const message of came.toReversed()) {
    const tell = (first: WrittenMessage, why: string): void =>
      void found.push({ id: message.id, says: `${message.id} of ${lane} came before ${first.id}, ${why}` });
    if (earliest !== undefined && answeredAt(earliest) < message.writtenAt) {
      tell(earliest, 'committed before it was written');
    }
    const sibling = inTransaction.get(message.transaction);
    if (sibling !== undefined && sibling.writtenAt < message.writtenAt) {
      tell(sibling, 'written before it in the same transaction');
    }
    if (serialized?.serialized !== undefined && (message.serialized ?? 0) > serialized.serialized) {
      tell(serialized, 'committed before it under the lock of the key');
    }
    if (earliest === undefined || answeredAt(message) < answeredAt(earliest)) earliest = message;
    if (sibling === undefined || message.writtenAt < sibling.writtenAt) {
      inTransaction.set(message.transaction, message);
    }
    if (message.serialized !== undefined && message.serialized < (serialized?.serialized ?? Number.POSITIVE_INFINITY)) {
      serialized = message;
    }
  }
  return found;
}
