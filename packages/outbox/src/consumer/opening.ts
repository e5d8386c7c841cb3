import { setTimeout as delay } from 'node:timers/promises';
import { asError } from '../errors/as-error.ts';
import { type Backoff, backoffMs } from '../subscriber/backoff.ts';
import { type OffsetRange, partitionName, type Subscription, type TopicPartition } from '../subscriber/index.ts';
import { PositionOutOfRangeError } from './errors.ts';
import type { LaneStart } from './lane/lane.ts';
import type { Doubt } from './parking/doubt.ts';
import type { Positions } from './transaction/positions.ts';

export interface OpeningDependencies {
  readonly groupId: string;
  readonly positions: Positions;
  readonly doubt: Pick<Doubt, 'begin' | 'leave'>;
  /** How far behind the position a message may lie that killed the consumer before: the most messages in a batch. */
  readonly doubtful: number;
  readonly offsets: Subscription['offsets'];
  readonly outOfRange: 'fail' | 'earliest';
  /** The partition can be read from here on. */
  readonly opened: (partition: TopicPartition, start: LaneStart) => void;
  readonly refused: (partition: TopicPartition, error: PositionOutOfRangeError) => void;
  readonly troubled: (origin: 'kafka' | 'database', error: Error) => void;
  readonly recovered: (origin: 'kafka' | 'database') => void;
  /** Aborted when nothing is to be opened any more. */
  readonly signal: AbortSignal;
}

/** Owned partitions whose positions are not known yet, or are no good. */
export interface Opening {
  add(partition: TopicPartition): void;
  /** Forgets all: Kafka gave out the partitions anew. */
  clear(): void;
  /** Settles when nothing is being opened: after the signal was aborted, at the end of the round in hand. */
  readonly ended: Promise<void>;
  waiting(): readonly (TopicPartition & { readonly outOfRange: boolean })[];
}

const RETRY: Backoff = { firstMs: 100, maxMs: 5_000 };
/** A position that is no good stays so until somebody sets it. */
const OUT_OF_RANGE_RETRY_MS = 10_000;

export function createOpening(dependencies: OpeningDependencies): Opening {
  const { groupId, positions, troubled, recovered, signal } = dependencies;
  const waiting = new Map<string, TopicPartition & { outOfRange: boolean }>();
  let running = false;
  let ended = Promise.resolve();
  /** Ends the wait before the next round: there is something new to open. */
  let hurry = new AbortController();

  const rangesOf = async (topics: Iterable<string>): Promise<Map<string, ReadonlyMap<number, OffsetRange>> | Error> => {
    const ranges = new Map<string, ReadonlyMap<number, OffsetRange>>();
    try {
      for (const topic of topics) {
        ranges.set(topic, await dependencies.offsets(topic));
      }
      return ranges;
    } catch (error) {
      return asError(error);
    }
  };

  /** Opens what can be opened. Rejects when the database does not answer. */
  const round = async (
    wanted: readonly (TopicPartition & { outOfRange: boolean })[],
    ranges: ReadonlyMap<string, ReadonlyMap<number, OffsetRange>>,
  ): Promise<void> => {
    for (const [topic, range] of ranges) {
      await positions.create(topic, range);
    }
    const found = await positions.read();
    for (const entry of wanted) {
      if (signal.aborted) {
        return;
      }
      const { topic, partition } = entry;
      const position = found.get(partitionName(entry));
      const range = ranges.get(topic)?.get(partition);
      // Lost meanwhile, or Kafka does not know it yet: left for the next round.
      if (waiting.get(partitionName(entry)) !== entry || position === undefined || range === undefined) {
        continue;
      }
      const anew = position.topicId !== null && range.topicId !== undefined && position.topicId !== range.topicId;
      if (!anew && position.offset >= range.earliest && position.offset <= range.latest) {
        const doubt = await dependencies.doubt.begin({ topic, partition }, position.offset);
        // Lost meanwhile, or the consumer stops: nothing of it was tried here.
        if (signal.aborted || waiting.get(partitionName(entry)) !== entry) {
          await dependencies.doubt.leave({ topic, partition });
          continue;
        }
        waiting.delete(partitionName(entry));
        // What came later was not there to kill anybody.
        const last = position.offset + BigInt(dependencies.doubtful);
        const doubtUntil = !doubt ? 0n : last < range.latest ? last : range.latest;
        dependencies.opened({ topic, partition }, { ...position, doubtUntil, end: range.latest });
      } else if (dependencies.outOfRange === 'earliest') {
        await positions.restart(entry, position.offset, range);
      } else if (!entry.outOfRange) {
        entry.outOfRange = true;
        const held = `Kafka holds ${range.earliest} to ${range.latest}`;
        const why = anew ? `the topic was made anew: ${position.topicId} is now ${range.topicId}, and ${held}` : held;
        const message = `${groupId} stands at offset ${position.offset} of ${topic}/${partition}, but ${why}`;
        dependencies.refused({ topic, partition }, new PositionOutOfRangeError(message));
      }
    }
  };

  const openAll = async (): Promise<void> => {
    // What is added in one go is opened in one round.
    await Promise.resolve();
    let failures = 0;
    while (waiting.size > 0 && !signal.aborted) {
      const wanted = [...waiting.values()];
      let trouble: readonly ['kafka' | 'database', Error] | undefined;
      const ranges = await rangesOf(new Set(wanted.map(({ topic }) => topic)));
      if (signal.aborted) {
        break;
      }
      if (ranges instanceof Error) {
        trouble = ['kafka', ranges];
      } else {
        await round(wanted, ranges).catch((error) => {
          trouble = ['database', asError(error)];
        });
      }
      if (trouble === undefined) {
        failures = 0;
        recovered('kafka');
        recovered('database');
      } else {
        failures += 1;
        troubled(...trouble);
      }
      if (waiting.size > 0) {
        const hopeless = trouble === undefined && [...waiting.values()].every(({ outOfRange }) => outOfRange);
        const waitMs = hopeless ? OUT_OF_RANGE_RETRY_MS : backoffMs(Math.max(1, failures), RETRY);
        await delay(waitMs, undefined, { signal: AbortSignal.any([signal, hurry.signal]) }).catch(() => {});
      }
    }
    running = false;
  };

  return {
    add(partition) {
      waiting.set(partitionName(partition), { ...partition, outOfRange: false });
      hurry.abort();
      hurry = new AbortController();
      if (!running) {
        running = true;
        ended = openAll();
      }
    },
    clear: () => waiting.clear(),
    get ended() {
      return ended;
    },
    waiting: () => [...waiting.values()],
  };
}
