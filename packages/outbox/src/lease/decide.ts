/** A row of `lease`. */
export interface Lease {
  readonly shard: number;
  readonly owner: string | null;
  readonly epoch: number;
  readonly renewals: number;
}

/** A row of `relay`. */
export interface Beat {
  readonly id: string;
  readonly beats: number;
}

export interface LeaseDecision {
  /** Leases to take over, exactly as they were seen: a take-over of one that moved meanwhile must fail. */
  readonly take: readonly Lease[];
  /** Shards to give up after finishing what is under way, so that others get their share. */
  readonly release: readonly number[];
  /**
   * Leases that are this relay's in the table alone and that it does not want: the statement that should have given them up
   * failed. Nobody else may have them before they stood still for the lease time.
   */
  readonly giveBack: readonly Lease[];
}

/** In lease times. */
const LONG_GONE = 40;
/**
 * A lease has to be seen standing still so often, whatever time it took: while Postgres stands still so do all renewals, and
 * whoever looks first afterwards sees nothing but old counters.
 */
const LEAST_LOOKS = 4;

/**
 * Decides which shards one relay should hold. It does no I/O; times are readings of the relay's own monotonic clock in
 * milliseconds, and only differences of them count.
 *
 * A lease may be taken over when nobody owns it, or when its renewal counter stood still for the lease time, and for several
 * looks, *as watched by this relay*. Clocks of different machines are never compared. When the watch is wrong, because the owner was only
 * slow, two relays publish for a while: repeats, nothing worse (docs/reading.md).
 *
 * Shards are shared out evenly: each relay takes at most its share, which is rounded up. One gives up what it has above that,
 * and, while somebody has less than the share rounded down, what it has above that itself.
 */
export class LeaseWatch {
  readonly #self: string;
  readonly #leaseMs: number;
  readonly #leases = new Map<number, { epoch: number; renewals: number; since: number; looks: number }>();
  readonly #relays = new Map<string, { beats: number; since: number; moved: boolean }>();

  constructor(self: string, leaseMs: number) {
    this.#self = self;
    this.#leaseMs = leaseMs;
  }

  decide(leases: readonly Lease[], beats: readonly Beat[], held: ReadonlySet<number>, now: number): LeaseDecision {
    this.#observe(leases, beats, now);
    const alive = this.#alive(now);
    const share = Math.ceil(leases.length / alive.size);
    const free = leases.filter((lease) => !held.has(lease.shard) && this.#isFree(lease, now));
    // Relays that look at the same time begin at different places and get in each other's way less.
    const start = free.length === 0 ? 0 : numberOf(this.#self) % free.length;
    const take = [...free.slice(start), ...free.slice(0, start)].slice(0, Math.max(0, share - held.size));
    const giveBack = free.filter((lease) => lease.owner === this.#self && !take.includes(lease));
    return { take, release: this.#surplus(leases, alive, held, share), giveBack };
  }

  /** Relays whose counter has not moved for so long that nobody needs to see them any more. */
  longGone(now: number): string[] {
    return [...this.#relays].flatMap(([id, { since }]) => (now - since > LONG_GONE * this.#leaseMs ? [id] : []));
  }

  #observe(leases: readonly Lease[], beats: readonly Beat[], now: number): void {
    for (const { shard, epoch, renewals } of leases) {
      const seen = this.#leases.get(shard);
      if (seen === undefined || seen.epoch !== epoch || seen.renewals !== renewals) {
        this.#leases.set(shard, { epoch, renewals, since: now, looks: 1 });
      } else {
        seen.looks += 1;
      }
    }
    for (const { id, beats: count } of beats) {
      const seen = this.#relays.get(id);
      if (seen === undefined || seen.beats !== count) {
        this.#relays.set(id, { beats: count, since: now, moved: seen !== undefined });
      }
    }
    const present = new Set(beats.map(({ id }) => id));
    for (const id of this.#relays.keys()) {
      if (!present.has(id)) {
        this.#relays.delete(id);
      }
    }
  }

  /** This relay, and those whose counter was seen to move within the lease time. One seen once may be long dead. */
  #alive(now: number): Set<string> {
    const alive = new Set([this.#self]);
    for (const [id, { since, moved }] of this.#relays) {
      if (moved && now - since < this.#leaseMs) {
        alive.add(id);
      }
    }
    return alive;
  }

  #isFree({ shard, owner }: Lease, now: number): boolean {
    const { since, looks } = this.#leases.get(shard) ?? { since: now, looks: 0 };
    const stands = now - since >= this.#leaseMs && looks >= LEAST_LOOKS;
    return owner === null || owner === this.#self || stands;
  }

  #surplus(leases: readonly Lease[], alive: ReadonlySet<string>, held: ReadonlySet<number>, share: number): number[] {
    const least = Math.floor(leases.length / alive.size);
    const counts = new Map([...alive].map((id) => [id, 0]));
    for (const { owner, shard } of leases) {
      const holder = held.has(shard) ? this.#self : owner;
      if (holder !== null && counts.has(holder)) {
        counts.set(holder, (counts.get(holder) ?? 0) + 1);
      }
    }
    const missing = [...counts].reduce(
      (sum, [id, count]) => sum + (id === this.#self ? 0 : Math.max(0, least - count)),
      0,
    );
    const tooMany = Math.max(0, held.size - share, Math.min(missing, held.size - least));
    return [...held].sort((a, b) => b - a).slice(0, tooMany);
  }
}

function numberOf(text: string): number {
  let sum = 0;
  for (const char of text) {
    sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  }
  return sum;
}
