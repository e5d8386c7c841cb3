import type { StatementRunner } from '../../database/statement.ts';
import { type MessageRow, toMessage } from '../../reader/message.ts';
import type { Outbound } from '../sending/outbound.ts';
import { type Lane, type LaneMessage, laneMessage } from '../shards/lane.ts';
import type { Lanes } from '../shards/lanes.ts';
import type { RelayTelemetry } from '../telemetry.ts';
import type { ParkedMark } from './parked-keys.ts';
import { forgetParked, loadParkedKeys, loadParkedMessages, parkMessages, unparkKey } from './parking.sql.ts';

/** Parked messages of one key that are on their way to Kafka at once. */
const REDRIVE_ROWS = 500;

export interface ParkingOptions {
  readonly schema: string;
  readonly run: StatementRunner;
  readonly lanes: Lanes;
  readonly outbound: Outbound<LaneMessage>;
  readonly telemetry: RelayTelemetry;
}

/** Writes down what is parked, and brings back what somebody asked for. Calls must not overlap. */
export class Parking {
  readonly #options: ParkingOptions;
  readonly #statements: Readonly<Record<'park' | 'keys' | 'messages' | 'forget' | 'unpark', string>>;

  constructor(options: ParkingOptions) {
    const { schema } = options;
    this.#options = options;
    this.#statements = {
      park: parkMessages(schema),
      keys: loadParkedKeys(schema),
      messages: loadParkedMessages(schema),
      forget: forgetParked(schema),
      unpark: unparkKey(schema),
    };
  }

  /** What is parked of shards that were just taken over. */
  async marksOf(shards: readonly number[]): Promise<ReadonlyMap<number, ParkedMark[]>> {
    const { rows } = await this.#options.run.run(this.#statements.keys, [shards]);
    return Map.groupBy(rows as (ParkedMark & { shard: number })[], ({ shard }) => shard);
  }

  /** One round: stores, forgets what was sent again, and loads what comes next. Whether there is more to read or to send. */
  async turn(): Promise<boolean> {
    let more = false;
    for (const lane of this.#options.lanes.all()) {
      if (lane.parked.size > 0) {
        await this.#store(lane);
        await this.#forget(lane);
        more = (await this.#load(lane)) || more;
      }
    }
    return more;
  }

  async #store(lane: Lane): Promise<void> {
    const next = lane.parked.toStore();
    const { marks, seqs } = next;
    if (marks.length === 0 && seqs.length === 0) return;
    const columns = [marks.map(({ topic }) => topic), marks.map(({ key }) => key), marks.map(({ reason }) => reason)];
    if (await this.#asOwner(lane, this.#statements.park, [...columns, seqs])) {
      lane.parked.stored(next);
      for (const seq of seqs) lane.done(seq);
      this.#options.telemetry.parked(lane, marks.length, seqs.length);
    }
  }

  async #forget(lane: Lane): Promise<void> {
    for (const { topic, key, seqs } of lane.parked.toForget()) {
      if (await this.#asOwner(lane, this.#statements.forget, [topic, key, seqs])) {
        lane.parked.forgotten({ topic, key }, seqs);
      }
    }
  }

  async #load(lane: Lane): Promise<boolean> {
    const { run, outbound } = this.#options;
    const keys = lane.parked.toLoad();
    for (const { topic, key } of keys) {
      const { rows } = await run.run(this.#statements.messages, [lane.shard, topic, key, REDRIVE_ROWS]);
      if (!lane.alive) break;
      if (rows.length > 0) {
        const messages = (rows as MessageRow[]).map(toMessage);
        lane.parked.sending(
          { topic, key },
          messages.map(({ seq }) => seq),
        );
        outbound.add(messages.map((message) => laneMessage(lane, message, true)));
      } else if (await this.#asOwner(lane, this.#statements.unpark, [topic, key])) {
        lane.parked.free({ topic, key });
      }
    }
    return keys.length > 0;
  }

  /** Runs a statement that only the shard's owner may; false, and the lane is lost, when it is not. */
  async #asOwner(lane: Lane, statement: string, values: unknown[]): Promise<boolean> {
    const { run, lanes } = this.#options;
    const { rows } = await run.run(statement, [lane.shard, lane.epoch, ...values]);
    const stored = (rows as [{ stored: boolean }])[0].stored && lane.alive;
    if (!stored && lane.alive) lanes.lose(lane, 'lease-lost');
    return stored;
  }
}
