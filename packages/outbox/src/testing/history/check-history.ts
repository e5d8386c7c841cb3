import {
  type ArrivedMessage,
  type CommittedTransaction,
  type HandledMessage,
  type History,
  type HistoryFault,
  laneOf,
  type WrittenMessage,
} from './history.ts';
import { reorderingsOf } from './order.ts';

/**
 * Compares what was committed with what arrived on the topics, with what was handled, or with both, and answers every
 * promise that was not kept. Empty when all is well.
 *
 * Order is judged by topic and key, and only where there is one: a message whose transaction was over before another one
 * was written comes first, as does the one written first in a transaction. Transactions that overlap may come either way,
 * unless both held the key's lock. A message that was committed twice with one id counts as one.
 *
 * What is still under way counts as lost: wait until all is published or handled first.
 *
 * @throws TypeError when there is nothing to compare: no transaction was committed, or neither `arrived` nor `handled` is
 * given. A check of nothing would always pass.
 *
 * @example
 * const orders = ['1', '2'].map((id) => ({ id, topic: 'bookshop.orders', key: 'k' }));
 * const faults = checkHistory({ ...oneAfterTheOther(orders), handled: [{ id: '2' }, { id: '2' }] });
 * console.log(faults.map(({ kind, id }) => `${kind} ${id}`)); // [ 'doubled 2', 'lost 1' ]
 */
export function checkHistory({ written, committed, arrived, handled }: History): HistoryFault[] {
  if (arrived === undefined && handled === undefined) {
    throw new TypeError('a history needs what arrived, what was handled, or both');
  }
  const known: Known = { written: new Map(), rolledBack: new Set(), committed };
  for (const message of written) {
    if (!committed.has(message.transaction)) known.rolledBack.add(message.id);
    else if (!known.written.has(message.id)) known.written.set(message.id, message);
  }
  if (known.written.size === 0) {
    throw new TypeError('no transaction of the history was committed: there is nothing that could be lost');
  }
  return [
    ...(arrived === undefined ? [] : checkArrived(known, arrived)),
    ...(handled === undefined ? [] : checkHandled(known, handled)),
  ];
}

/** What is sure about what was written. */
interface Known {
  /** By id, what was committed: the first of those with one id. */
  readonly written: Map<string, WrittenMessage>;
  readonly rolledBack: Set<string>;
  readonly committed: ReadonlyMap<string, CommittedTransaction>;
}

function checkArrived(known: Known, arrived: readonly ArrivedMessage[]): HistoryFault[] {
  const found: HistoryFault[] = [];
  const tell = (kind: HistoryFault['kind'], id: string, says: string): void =>
    void found.push({ kind, where: 'arrived', id, says });
  const partitions = new Map<string, number>();
  const firstCopies: HandledMessage[] = [];
  const seen = new Set<string>();
  for (const copy of arrived) {
    const { id } = copy;
    const message = known.written.get(id);
    if (message !== undefined) {
      if (laneOf(copy) !== laneOf(message) || copy.value !== (message.value ?? copy.value)) {
        tell('changed', id, `${id} of ${laneOf(message)} is not what was written`);
      }
      const partition = partitions.get(laneOf(copy)) ?? copy.partition;
      partitions.set(laneOf(copy), partition);
      if (partition !== copy.partition) {
        tell('split', id, `${laneOf(copy)} is in partitions ${partition} and ${copy.partition}`);
      }
    }
    if (message === undefined || !seen.has(id)) firstCopies.push(copy);
    seen.add(id);
  }
  return [...found, ...checkOnce(known, 'arrived', firstCopies)];
}

function checkHandled(known: Known, handled: readonly HandledMessage[]): HistoryFault[] {
  const seen = new Set<string>();
  const found: HistoryFault[] = [];
  const first: HandledMessage[] = [];
  for (const { id } of handled) {
    const message = known.written.get(id);
    if (message !== undefined && seen.has(id)) {
      found.push({ kind: 'doubled', where: 'handled', id, says: `${id} of ${laneOf(message)} was handled again` });
    } else {
      first.push({ id });
    }
    seen.add(id);
  }
  return [...found, ...checkOnce(known, 'handled', first)];
}

/** What is lost, was never committed, or came too early. */
function checkOnce(known: Known, where: HistoryFault['where'], came: readonly HandledMessage[]): HistoryFault[] {
  const ids = new Set(came.map(({ id }) => id));
  const phantoms = [...ids].filter((id) => !known.written.has(id));
  const lost = [...known.written.values()].filter(({ id }) => !ids.has(id));
  const inOrder = came.flatMap(({ id }) => known.written.get(id) ?? []);
  return [
    ...phantoms.map((id): HistoryFault => {
      const says = `${id}, ${known.rolledBack.has(id) ? 'which was rolled back' : 'which nobody wrote'}`;
      return { kind: 'phantom', where, id, says };
    }),
    ...lost.map((message): HistoryFault => {
      const { id } = message;
      return { kind: 'lost', where, id, says: `${id} of ${laneOf(message)} was committed and never ${where}` };
    }),
    ...reorderingsOf(inOrder, known.committed).map(
      ({ id, says }): HistoryFault => ({ kind: 'reordered', where, id, says }),
    ),
  ];
}
