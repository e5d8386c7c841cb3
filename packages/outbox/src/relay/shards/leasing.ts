import type { StatementRunner } from '../../database/statement.ts';
import { type Beat, type Lease, LeaseWatch } from '../../lease/decide.ts';
import { releaseLeases, removeRelay, renewLeases, takeLeases } from '../../lease/lease.sql.ts';
import { parseMultirange } from '../../reader/tracker/ranges.ts';
import type { Parking } from '../parking/parking.ts';
import type { DatabaseClock } from '../sending/database-clock.ts';
import { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import type { Sequences } from './preflight.ts';

export interface LeasingOptions {
  readonly relay: string;
  readonly schema: string;
  /** Where relays listen. */
  readonly channel: string;
  readonly leaseMs: number;
  readonly run: StatementRunner;
  readonly lanes: Lanes;
  readonly parking: Parking;
  /** Whether the relay's pipeline has moved lately: a lease is renewed only by an owner that does its work. */
  readonly moving: () => boolean;
  /** Told what time it is by the database. */
  readonly clock: DatabaseClock;
  readonly won: (lane: Lane) => void;
  /** Told how far the sequences of its shards are, and when that was asked. */
  readonly drawn: (drawn: Drawn, at: number) => void;
}

/** The newest number drawn, by shard. A sequence that is gone is missing. */
export type Drawn = ReadonlyMap<number, number>;

/** Said on the channel of nudges when leases are free, or shared by fewer. */
export const LEASES_MOVED = 'leases';

/** Some may fail before anybody thinks of a take-over. */
const RENEWALS_PER_LEASE = 4;
/** However long leases last: so late a relay sees, without being told, that another joined or gave leases up. */
const LOOK_AT_LEAST_EVERY_MS = 500;

/** Keeps this relay's leases, takes over those that stand still, and gives up what is more than its share. */
export class Leasing {
  readonly #watch: LeaseWatch;
  readonly #options: LeasingOptions;
  readonly #statements: Readonly<Record<'renew' | 'take' | 'release' | 'remove', string>>;

  constructor(options: LeasingOptions) {
    const { schema } = options;
    this.#options = options;
    this.#watch = new LeaseWatch(options.relay, options.leaseMs);
    this.#statements = {
      renew: renewLeases(schema),
      take: takeLeases(schema),
      release: releaseLeases(schema),
      remove: removeRelay(schema),
    };
  }

  /** How long to wait between two rounds, in ms. */
  get everyMs(): number {
    return Math.min(this.#options.leaseMs / RENEWALS_PER_LEASE, LOOK_AT_LEAST_EVERY_MS);
  }

  /** One round; call it `everyMs`, and when leases are said to have moved. Sequences are those the last preflight found. */
  async round(sequences: Sequences): Promise<void> {
    const { run, relay, lanes, moving } = this.#options;
    const works = moving();
    const renewed = works ? lanes.all() : [];
    const started = performance.now();
    const { rows } = await run.run(this.#statements.renew, [
      relay,
      renewed.map(({ shard }) => shard),
      renewed.map(({ epoch }) => epoch),
      this.#watch.longGone(performance.now()),
      works,
      renewed.map(({ sequence }) => sequence),
    ]);
    const [seen] = rows as [Seen];
    this.#options.clock.answered(seen.now, performance.now());
    this.#options.drawn(new Map(seen.drawn.map(({ shard, last }) => [shard, last ?? 0])), started);
    for (const lane of renewed) {
      if (!seen.renewed.includes(lane.shard)) {
        lanes.lose(lane, 'lease-lost');
      }
    }
    for (const { shard, topic, key } of seen.redrive) {
      lanes.of(shard)?.parked.redrive({ topic, key });
    }
    const { take, release, giveBack } = this.#watch.decide(seen.leases, seen.relays, lanes.shards(), performance.now());
    for (const shard of release) {
      lanes.leave(shard, performance.now());
    }
    await this.release(giveBack);
    if (moving()) {
      await this.#take(take, sequences);
    }
  }

  async release(leases: readonly Pick<Lease, 'shard' | 'epoch'>[]): Promise<void> {
    if (leases.length > 0) {
      const { run, relay } = this.#options;
      await run.run(this.#statements.release, [
        relay,
        leases.map(({ shard }) => shard),
        leases.map(({ epoch }) => epoch),
      ]);
      await this.#tell();
    }
  }

  /** Says that this relay is gone, so that others share its shards at once. */
  async farewell(): Promise<void> {
    const { run, relay } = this.#options;
    await run.run(this.#statements.remove, [relay]);
    await this.#tell();
  }

  /**
   * Tells those that listen to look at once; others see it with their next look. NOTIFY takes a lock that all of a cluster's
   * notifying transactions share, so it is a statement of its own, and only said when leases are given up.
   */
  async #tell(): Promise<void> {
    const { run, channel } = this.#options;
    await run.run('SELECT pg_notify($1, $2)', [channel, LEASES_MOVED]);
  }

  async #take(leases: readonly Lease[], sequences: Sequences): Promise<void> {
    if (leases.length === 0) {
      return;
    }
    const { run, relay, lanes, parking, won } = this.#options;
    const { rows } = await run.run(this.#statements.take, [
      relay,
      leases.map(({ shard }) => shard),
      leases.map(({ epoch }) => epoch),
      leases.map(({ renewals }) => renewals),
    ]);
    const granted = rows as GrantRow[];
    // Before anything of these shards is read: a message of a parked key must not pass those that are parked.
    const parked = await parking.marksOf(granted.map(({ shard }) => shard));
    for (const row of granted) {
      const sequence = sequences.get(row.shard);
      if (sequence !== undefined) {
        const lane = new Lane(
          {
            ...row,
            epoch: Number(row.epoch),
            cursor: Number(row.cursor),
            holes: parseMultirange(row.holes),
            parked: parked.get(row.shard) ?? [],
          },
          sequence,
          performance.now(),
        );
        lanes.add(lane);
        won(lane);
      }
    }
  }
}

/** What one round answers. */
interface Seen {
  /** In ms since 1970. */
  readonly now: number;
  readonly renewed: readonly number[];
  readonly leases: readonly Lease[];
  readonly relays: readonly Beat[];
  readonly redrive: readonly { readonly shard: number; readonly topic: string; readonly key: string }[];
  readonly drawn: readonly { readonly shard: number; readonly last: number | null }[];
}

interface GrantRow {
  readonly shard: number;
  readonly epoch: string;
  readonly cursor: string;
  readonly holes: string;
  readonly token: string;
  readonly start: string;
}
