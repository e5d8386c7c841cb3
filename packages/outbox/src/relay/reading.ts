import type { StatementRunner } from '../database/statement.ts';
import { newestDrawn } from '../reader/drawn.sql.ts';
import { readMessages } from '../reader/read.sql.ts';
import { type ReadResult, readLanes } from '../reader/read.ts';
import { LEAST_ROWS, shareRows } from '../reader/row-limits.ts';
import { FAILPOINTS, failpointsArmed, hitFailpoint } from '../testing/failpoints.ts';
import { subjectOf } from '../testing/subject-of.ts';
import type { Outbound } from './sending/outbound.ts';
import { type Lane, type LaneMessage, laneMessage } from './shards/lane.ts';
import { distrust, type Lanes } from './shards/lanes.ts';
import type { Drawn } from './shards/leasing.ts';
import type { RelayTelemetry } from './telemetry.ts';

const MAX_ROWS = 5_000;
/** While there is no room to read, it is looked this often how much there is, in ms. */
const LOOK_EVERY_MS = 1_000;
/** Looks alone do for so long, in ms. A read asks as well whether the server still is the one that is remembered. */
const CALM_MS = 1_000;

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
  #lookedAt = Number.NEGATIVE_INFINITY;
  #calm: { readonly lanes: ReadonlySet<Lane>; readonly since: number } | undefined;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#statement = readMessages(options.schema);
  }

  /** Whether the latest read left something that is there to be read. */
  get more(): boolean {
    return this.#options.lanes.readable().some(({ tracker }) => tracker.unread > 0);
  }

  /** How many messages were read; undefined when there is no lane, or no room for more. */
  async once(): Promise<number | undefined> {
    const { lanes, outbound, maxMessagesInMemory, maxBytesInMemory, run, telemetry } = this.#options;
    this.#recall();
    if (await this.#nothingNew()) {
      return 0;
    }
    const readable = lanes.readable();
    const room =
      maxMessagesInMemory - outbound.count - lanes.all().reduce((sum, { parked }) => sum + parked.waiting, 0);
    if (readable.length === 0) {
      return undefined;
    }
    // Less is not worth a statement, and would be shared out in more rows than there is room for.
    const worthwhile = Math.min(readable.length * LEAST_ROWS, Math.ceil(maxMessagesInMemory / 4));
    if (room < worthwhile || outbound.bytes >= maxBytesInMemory) {
      await this.#look(readable);
      return undefined;
    }
    const limits = shareRows(
      readable.map(({ tracker }) => tracker.unread),
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
    if (failpointsArmed()) {
      await hitFailpoint(FAILPOINTS.relayRead, () => result.lanes.flatMap(({ messages }) => messages.map(subjectOf)));
    }
    const count = this.#takeIn(readable, requests, result, started);
    telemetry.read(readable.length, count, performance.now() - started);
    this.#calm = readable.every(({ alive, settled }) => alive && settled)
      ? { lanes: new Set(readable), since: started }
      : undefined;
    return count;
  }

  async #nothingNew(): Promise<boolean> {
    if (!this.isCalm()) {
      return false;
    }
    const started = performance.now();
    const readable = this.#options.lanes.readable();
    return this.#unmoved(readable, await this.#newestDrawn(readable), started);
  }

  /** Takes in how far the sequences were when somebody else looked. Whether that ends the calm: there is something to read. */
  looked(drawn: Drawn, at: number): boolean {
    return this.isCalm() && !this.#unmoved(this.#options.lanes.readable(), drawn, at);
  }

  /** Whether the latest read left nothing to do, and nothing but a new number could bring more. */
  isCalm(): boolean {
    const { lanes, since } = this.#calm ?? { since: Number.NEGATIVE_INFINITY };
    const readable = this.#options.lanes.readable();
    return (
      performance.now() - since < CALM_MS &&
      readable.length > 0 &&
      readable.every((lane) => lanes?.has(lane) && lane.settled)
    );
  }

  #unmoved(lanes: readonly Lane[], drawn: Drawn, at: number): boolean {
    return lanes.map((lane) => lane.unmoved(drawn.get(lane.shard), at)).every(Boolean);
  }

  /** How much there is that nobody reads now. */
  async #look(readable: readonly Lane[]): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) {
      return;
    }
    this.#lookedAt = now;
    const drawn = await this.#newestDrawn(readable);
    for (const lane of readable) {
      lane.drawnTo(drawn.get(lane.shard) ?? 0);
    }
  }

  async #newestDrawn(lanes: readonly Lane[]): Promise<Drawn> {
    const columns = [lanes.map(({ shard }) => shard), lanes.map(({ sequence }) => sequence)];
    const { rows } = await this.#options.run.run(newestDrawn(), columns);
    return new Map((rows as { shard: number; last: string | null }[]).map(({ shard, last }) => [shard, Number(last)]));
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
        lane.recall(name);
      }
    }
    for (const name of over) {
      for (const lane of this.#options.lanes.all()) {
        lane.recall(name);
      }
    }
  }

  #takeIn(readable: readonly Lane[], requests: readonly Planned[], result: ReadResult, started: number): number {
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
      lane.read(plan, found.answer, found.messages, started);
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
