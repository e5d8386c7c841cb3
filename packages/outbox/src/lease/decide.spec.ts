import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Beat, type Lease, type LeaseDecision, LeaseWatch } from './decide.ts';

const LEASE_MS = 100;
const TICK_MS = 20;

/** The lease table and any number of relays that look at it, each with a clock of its own. */
class Cluster {
  readonly leases: Lease[];
  readonly beats = new Map<string, number>();
  readonly relays = new Map<
    string,
    { watch: LeaseWatch; held: Map<number, number>; clock: number; frozen: boolean; decided?: LeaseDecision }
  >();

  constructor(shards: number) {
    this.leases = Array.from({ length: shards }, (_, shard) => ({ shard, owner: null, epoch: 0, renewals: 0 }));
  }

  join(id: string, clock: number): void {
    this.relays.set(id, { watch: new LeaseWatch(id, LEASE_MS), held: new Map(), clock, frozen: false });
  }

  kill(id: string): void {
    this.relays.delete(id);
  }

  /** One round of one relay. Answers the shards it took from an owner that is alive and not frozen. */
  round(id: string): number[] {
    this.look(id);
    return this.act(id);
  }

  /** The first half of a round: the relay beats, renews, sees all and decides. */
  look(id: string): void {
    const relay = this.relays.get(id);
    if (relay === undefined || relay.frozen) return;
    relay.clock += TICK_MS;
    this.beats.set(id, (this.beats.get(id) ?? 0) + 1);
    for (const [shard, epoch] of relay.held) {
      const lease = this.leases[shard] as Lease;
      if (lease.owner === id && lease.epoch === epoch) this.leases[shard] = { ...lease, renewals: lease.renewals + 1 };
      else relay.held.delete(shard);
    }
    const beats: Beat[] = [...this.beats].map(([name, count]) => ({ id: name, beats: count }));
    relay.decided = relay.watch.decide([...this.leases], beats, new Set(relay.held.keys()), relay.clock);
  }

  /** The second half: what was decided is done, to leases that may have moved meanwhile. */
  act(id: string): number[] {
    const relay = this.relays.get(id);
    if (relay?.decided === undefined) return [];
    const { take, release, giveBack } = relay.decided;
    delete relay.decided;
    const stolen: number[] = [];
    for (const { shard, owner, epoch, renewals } of take) {
      const now = this.leases[shard] as Lease;
      if (now.epoch !== epoch || now.renewals !== renewals) continue;
      if (owner !== null && owner !== id && this.relays.get(owner)?.frozen === false) stolen.push(shard);
      this.leases[shard] = { shard, owner: id, epoch: epoch + 1, renewals: renewals + 1 };
      relay.held.set(shard, epoch + 1);
    }
    const given = release.map((shard) => ({ shard, epoch: relay.held.get(shard) }));
    for (const { shard, epoch } of [...giveBack, ...given]) {
      const lease = this.leases[shard] as Lease;
      if (lease.owner === id && lease.epoch === epoch) {
        this.leases[shard] = { ...lease, owner: null, renewals: lease.renewals + 1 };
      }
      relay.held.delete(shard);
    }
    return stolen;
  }

  rounds(count: number): number[] {
    return Array.from({ length: count }, () => [...this.relays.keys()].flatMap((id) => this.round(id))).flat();
  }

  shares(): number[] {
    return [...this.relays.values()].map(({ held }) => held.size).sort((a, b) => a - b);
  }
}

describe('LeaseWatch', () => {
  const clocks = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 5 });

  test('relays share all shards evenly, whatever their clocks say, and then leave each other alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), clocks, (shards, offsets) => {
        const cluster = new Cluster(shards);
        offsets.forEach((offset, n) => {
          cluster.join(`relay-${n}`, offset);
          cluster.rounds(3);
        });
        cluster.rounds(40);
        const shares = cluster.shares();
        expect(shares.reduce((sum, count) => sum + count, 0)).toBe(shards);
        expect((shares.at(-1) ?? 0) - (shares[0] ?? 0)).toBeLessThanOrEqual(1);
        const epochs = cluster.leases.map(({ epoch }) => epoch);
        expect(cluster.rounds(50)).toEqual([]);
        expect(cluster.leases.map(({ epoch }) => epoch)).toEqual(epochs);
      }),
    );
  });

  test('however their looks and acts fall between each other, they end with even shares', () => {
    const step = fc.record({ relay: fc.nat({ max: 4 }), half: fc.constantFrom('look' as const, 'act' as const) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 2, max: 5 }),
        fc.array(step, { minLength: 20, maxLength: 200 }),
        (shards, relays, steps) => {
          const cluster = new Cluster(shards);
          for (let n = 0; n < relays; n += 1) {
            cluster.join(`relay-${n}`, 0);
          }
          for (const { relay, half } of steps) {
            cluster[half](`relay-${relay}`);
          }
          cluster.rounds(40);
          const shares = cluster.shares();
          expect(shares.reduce((sum, count) => sum + count, 0)).toBe(shards);
          expect((shares.at(-1) ?? 0) - (shares[0] ?? 0)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('shards of a dead relay are taken after the lease time, not before, and never from a living one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), clocks, (shards, [offset = 0]) => {
        const cluster = new Cluster(shards);
        cluster.join('dead', offset);
        cluster.rounds(5);
        cluster.kill('dead');
        cluster.join('heir', -offset);
        expect(cluster.rounds(LEASE_MS / TICK_MS)).toEqual([]);
        expect(cluster.shares()).toEqual([0]);
        cluster.rounds(2);
        expect(cluster.shares()).toEqual([shards]);
      }),
    );
  });

  test('a server that stood still for longer than a lease, and with it every renewal, costs nobody a lease', () => {
    const cluster = new Cluster(4);
    cluster.join('owner', 0);
    cluster.rounds(5);
    cluster.join('other', 0);
    cluster.round('other');
    for (const relay of cluster.relays.values()) relay.clock += 10 * LEASE_MS;
    // The other's look is the first to be answered.
    expect(cluster.round('other')).toEqual([]);
    expect(cluster.rounds(20)).toEqual([]);
    expect(cluster.shares()).toEqual([2, 2]);
  });

  test('a lease that could not be given up because the database did not answer is given up with the next look', () => {
    const cluster = new Cluster(4);
    cluster.join('first', 0);
    cluster.join('second', 0);
    cluster.rounds(1);
    cluster.rounds(1);
    cluster.look('first');
    const first = cluster.relays.get('first');
    expect(first?.decided?.release).toEqual([3, 2]);
    delete first?.decided;
    first?.held.delete(3);
    first?.held.delete(2);
    cluster.rounds(2);
    expect(cluster.shares()).toEqual([2, 2]);
  });

  test('a lease that was given up is free at once', () => {
    const cluster = new Cluster(4);
    cluster.join('first', 0);
    cluster.rounds(1);
    expect(cluster.shares()).toEqual([4]);
  });
});
