import type { StatementRunner } from '../database/statement.ts';
import { readMessages } from '../reader/read.sql.ts';
import { type ReadResult, readLanes } from '../reader/read.ts';
import { shareRows } from '../reader/row-limits.ts';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../testing/failpoints.ts';
import type { Outbound } from './sending/outbound.ts';
import { type LaneMessage, laneMessage } from './shards/lane.ts';
import { distrust, type Lanes } from './shards/lanes.ts';
import type { RelayTelemetry } from './telemetry.ts';

const MAX_ROWS = 5_000;

export interface ReadingOptions {
  readonly schema: string;
  readonly run: StatementRunner;
  readonly lanes: Lanes;
  readonly outbound: Outbound<LaneMessage>;
  readonly telemetry: RelayTelemetry;
  readonly maxMessagesInMemory: number;
  readonly maxBytesInMemory: number;
}

/** Reads what there is to read, once, for all lanes in one statement. Calls must not overlap. */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #statement: string;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#statement = readMessages(options.schema);
  }

  /** How many messages were read; undefined when there is no lane, or no room for more. */
  async once(): Promise<number | undefined> {
    const { lanes, outbound, maxMessagesInMemory, maxBytesInMemory, run, telemetry } = this.#options;
    this.#recall();
    const readable = lanes.readable();
    const room =
      maxMessagesInMemory - outbound.count - lanes.all().reduce((sum, { parked }) => sum + parked.waiting, 0);
    if (readable.length === 0 || room <= 0 || outbound.bytes >= maxBytesInMemory) {
      return undefined;
    }
    const limits = shareRows(
      readable.map(({ tracker }) => tracker.backlog),
      Math.min(room, MAX_ROWS),
    );
    const requests = readable.map(({ shard, sequence, tracker }, n) => ({
      shard,
      sequence,
      plan: tracker.plan(),
      rowLimit: limits[n] ?? 1,
    }));
    const bytesPerLane = Math.ceil((maxBytesInMemory - outbound.bytes) / readable.length);
    const started = performance.now();
    const result = await readLanes(run, this.#statement, requests, bytesPerLane);
    if (failpointsArmed()) await hitFailpoint(FAILPOINTS.relayRead);
    const count = this.#takeIn(readable, requests, result);
    telemetry.read(readable.length, count, performance.now() - started);
    return count;
  }

  /** What had to wait and may go now is wanted again by the next read. */
  #recall(): void {
    const { handedBack, over } = this.#options.outbound.recall();
    for (const [lane, ofLane] of Map.groupBy(handedBack, ({ item }) => item.lane)) {
      for (const [hold, items] of Map.groupBy(ofLane, (entry) => entry.hold)) {
        const [parked, read] = partition(items, ({ item }) => item.redriven);
        for (const { item } of parked) {
          lane.parked.returned(item.message);
        }
        lane.defer(
          hold,
          read.map(({ item }) => item.message.seq),
        );
      }
    }
    for (const lane of this.#options.lanes.all()) {
      for (const { name, seqs } of lane.parked.takeFree()) {
        lane.defer(name, seqs);
        lane.tracker.recall(name);
      }
    }
    for (const name of over) {
      for (const { tracker } of this.#options.lanes.all()) {
        tracker.recall(name);
      }
    }
  }

  #takeIn(readable: ReturnType<Lanes['readable']>, requests: readonly Planned[], result: ReadResult): number {
    const { lanes, outbound } = this.#options;
    let count = 0;
    for (const [n, lane] of readable.entries()) {
      const found = result.lanes[n];
      const plan = requests[n]?.plan;
      if (!lane.alive || found === undefined || plan === undefined) continue;
      const reason = distrust(lane, result);
      if (reason !== undefined) {
        lanes.lose(lane, reason);
        continue;
      }
      lane.tracker.apply(plan, found.answer);
      lane.read(found.answer.seqs);
      const free = found.messages.filter((message) => !lane.parked.divert(message));
      outbound.add(free.map((message) => laneMessage(lane, message)));
      count += found.messages.length;
    }
    return count;
  }
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

type Planned = Parameters<typeof readLanes>[2][number];
