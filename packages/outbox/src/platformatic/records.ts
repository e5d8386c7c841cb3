import type { RecordsBatch } from '@platformatic/kafka';
import type { FetchedMessage } from '../subscriber/index.ts';

const IS_TRANSACTIONAL = 0b01_0000;
const IS_CONTROL = 0b10_0000;
const ABORT_MARKER = 0;

/** The part of a fetch response that holds one partition's messages. */
export interface FetchedRecords {
  readonly records?: readonly RecordsBatch[] | null;
  readonly abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[] | null;
}

/**
 * The messages of a fetched partition that a reader of committed data may see, at or after `from`, and where to read
 * next. A broker answers with whole record batches, so the first may begin before `from`; and with messages of aborted
 * transactions, which it names by producer and first offset and leaves to the reader to drop.
 */
export function visibleMessages(
  { records, abortedTransactions }: FetchedRecords,
  from: bigint,
): { messages: FetchedMessage[]; next: bigint } {
  const messages: FetchedMessage[] = [];
  const aborted = [...(abortedTransactions ?? [])].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const abortedProducers = new Set<bigint>();
  let next = from;
  for (const batch of records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (aborted[0] !== undefined && aborted[0].firstOffset <= last) {
      abortedProducers.add(aborted[0].producerId);
      aborted.shift();
    }
    if (batch.attributes & IS_CONTROL) {
      if (markerOf(batch) === ABORT_MARKER) {
        abortedProducers.delete(batch.producerId);
      }
    } else if (!(batch.attributes & IS_TRANSACTIONAL && abortedProducers.has(batch.producerId))) {
      for (const record of batch.records) {
        const offset = batch.firstOffset + BigInt(record.offsetDelta);
        if (offset >= from) {
          messages.push({
            offset,
            key: record.key,
            value: record.value,
            headers: record.headers.map(([name, value]) => [String(name ?? ''), value ?? Buffer.alloc(0)]),
          });
        }
      }
    }
    if (last >= next) {
      next = last + 1n;
    }
  }
  return { messages, next };
}

/** A control record's key is its version and its type, two 16-bit numbers. */
const markerOf = (batch: RecordsBatch): number | undefined => batch.records[0]?.key?.readInt16BE(2);
