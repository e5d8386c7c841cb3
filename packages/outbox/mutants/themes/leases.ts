// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources are quoted as they stand
import type { Mutant } from '../mutant.ts';

const CHECKPOINT = 'src/checkpoint/checkpoint.sql.ts';
const LEASE = 'src/lease/lease.sql.ts';
const DECIDE = 'src/lease/decide.ts';
const LANES = 'src/relay/shards/lanes.ts';
const HAND_OVER = 'src/relay/hand-over.int.test.ts';
const STORED = { file: 'src/checkpoint/checkpoint.int.test.ts', within: 'a checkpoint is stored' };
const NOT_USED = { file: 'src/relay/shards/lanes.spec.ts', within: 'what a read answers is used' };

/** Who may work on a shard, and what ends that. */
export const LEASES: readonly Mutant[] = [
  {
    name: 'checkpoint-before-publish',
    breaks: 'P1',
    file: 'src/relay/shards/lane.ts',
    find: 'const waiting = [...this.#unpublished.keys()].map(',
    replace: 'const waiting = ([] as number[]).map(',
    caughtBy: { file: 'src/relay/shards/lane.spec.ts', test: 'counts as published only what was' },
  },
  {
    name: 'checkpoint-whatever-the-epoch',
    breaks: 'P1',
    file: CHECKPOINT,
    find: 'AND c.epoch = n.epoch',
    replace: '',
    caughtBy: { ...STORED, test: 'not by an owner whose statement had to wait for the take-over' },
  },
  {
    name: 'checkpoint-whatever-the-token',
    breaks: 'P1',
    file: CHECKPOINT,
    find: 'JOIN ${schema}.lease_token AS t ON t.shard = n.shard AND t.token = n.token\n',
    replace: '',
    caughtBy: { ...STORED, test: 'not when a crash has emptied what is unlogged' },
  },
  {
    name: 'checkpoint-whatever-the-server',
    breaks: 'P1',
    file: CHECKPOINT,
    find: 'extract(epoch FROM pg_postmaster_start_time())::text = $6',
    replace: '$6::text IS NOT NULL',
    caughtBy: { ...STORED, test: 'not of another start of the server', title: 'of another start of the server' },
  },
  {
    name: 'token-ignored-when-reading',
    breaks: 'P1',
    file: LANES,
    find: "  if (answer.token !== lane.token) return 'token-gone';\n",
    replace: '',
    caughtBy: {
      ...NOT_USED,
      test: 'not without the token, as after a crash',
      title: 'without the token, as after a crash',
    },
  },
  {
    name: 'restart-ignored-when-reading',
    breaks: 'P1',
    file: LANES,
    find: "  if (start !== lane.start) return 'server-restarted';\n",
    replace: '',
    caughtBy: {
      ...NOT_USED,
      test: 'not from a server that was started again',
      title: 'from a server that was started again',
    },
  },
  {
    name: 'standby-read',
    breaks: 'P1',
    file: LANES,
    find: "  if (standby) return 'standby';\n",
    replace: '',
    caughtBy: { ...NOT_USED, test: 'not from a standby', title: 'from a standby' },
  },
  {
    name: 'token-survives-a-crash',
    breaks: 'P1',
    file: 'migrations/0001_outbox.sql',
    find: 'CREATE UNLOGGED TABLE :schema.lease_token (',
    replace: 'CREATE TABLE :schema.lease_token (',
    caughtBy: {
      file: 'src/relay/restart.int.test.ts',
      test: 'crashes and loses commits: their numbers, drawn again, are published in order',
    },
  },
  {
    name: 'take-over-of-a-lease-that-moved',
    breaks: 'P2',
    file: LEASE,
    find: 'AND l.epoch = seen.epoch AND l.renewals = seen.renewals',
    replace: '',
    caughtBy: { file: 'src/lease/lease.int.test.ts', within: 'a lease', test: 'of two that try at once goes to one' },
  },
  {
    name: 'lease-renewed-after-it-was-taken-over',
    breaks: 'P2',
    file: LEASE,
    find: 'AND l.epoch = held.epoch AND l.owner = $1\n  RETURNING',
    replace: '\n  RETURNING',
    caughtBy: { file: 'src/lease/lease.int.test.ts', test: 'that was taken over is not renewed' },
  },
  {
    name: 'token-handed-on-with-the-lease',
    breaks: 'P1',
    file: LEASE,
    find: 'DO UPDATE SET token = excluded.token',
    replace: 'DO UPDATE SET token = t.token',
    caughtBy: { file: 'src/lease/lease.int.test.ts', test: 'that was taken over is not renewed' },
  },
  {
    name: 'a-lost-lease-goes-unnoticed',
    breaks: 'P2',
    file: 'src/relay/shards/leasing.ts',
    find: 'if (!seen.renewed.includes(lane.shard)) {',
    replace: 'if (lane.shard < 0) {',
    caughtBy: { file: HAND_OVER, test: 'that loses a lease while a send hangs' },
  },
  {
    name: 'sends-on-after-the-lease-ended',
    breaks: 'P2',
    file: 'src/relay/sending/sending.ts',
    find: '    outbound.dropDeadLanes();\n',
    replace: '',
    caughtBy: { file: HAND_OVER, test: 'that loses a lease while a send hangs' },
  },
  {
    name: 'leases-kept-after-a-stop',
    breaks: 'P1',
    file: 'src/relay/create-relay.ts',
    find: '    await leasing.release(own);\n',
    replace: '',
    caughtBy: { file: HAND_OVER, test: 'that has stopped owns nothing any more' },
  },
  {
    name: 'leases-taken-late',
    breaks: 'P1',
    file: DECIDE,
    find: 'now - since >= this.#leaseMs && looks',
    replace: 'now - since >= 3 * this.#leaseMs && looks',
    caughtBy: {
      file: 'src/lease/decide.spec.ts',
      test: 'shards of a dead relay are taken after the lease time, not before',
    },
  },
  {
    name: 'leases-taken-early',
    breaks: 'P2',
    file: DECIDE,
    find: 'now - since >= this.#leaseMs && looks >= LEAST_LOOKS;',
    replace: 'looks >= 2;',
    caughtBy: {
      file: 'src/lease/decide.spec.ts',
      test: 'shards of a dead relay are taken after the lease time, not before',
    },
  },
  {
    name: 'one-late-look-takes-leases',
    breaks: 'P8',
    file: DECIDE,
    find: 'now - since >= this.#leaseMs && looks >= LEAST_LOOKS;',
    replace: 'now - since >= this.#leaseMs;',
    caughtBy: { file: 'src/lease/decide.spec.ts', test: 'a server that stood still for longer than a lease' },
  },
  {
    name: 'clocks-compared',
    breaks: 'P8',
    file: DECIDE,
    find: 'this.#leases.set(shard, { epoch, renewals, since: now, looks: 1 });',
    replace: 'this.#leases.set(shard, { epoch, renewals, since: 0, looks: 1 });',
    caughtBy: {
      file: 'src/lease/decide.spec.ts',
      test: 'shards of a dead relay are taken after the lease time, not before',
    },
  },
  {
    name: 'surplus-kept-while-nobody-starves',
    breaks: 'P1',
    file: DECIDE,
    find: '.slice(0, tooMany)',
    replace: '.slice(0, missing > 0 ? tooMany : 0)',
    caughtBy: { file: 'src/lease/decide.spec.ts', test: 'however their looks and acts fall between each other' },
  },
  {
    name: 'a-lease-nobody-wants-is-kept',
    breaks: 'P1',
    file: DECIDE,
    find: 'free.filter((lease) => lease.owner === this.#self && !take.includes(lease))',
    replace: '[] as Lease[]',
    caughtBy: { file: 'src/lease/decide.spec.ts', test: 'a lease that could not be given up' },
  },
  {
    name: 'a-relay-that-stands-still-is-counted',
    breaks: 'P1',
    file: LEASE,
    find: 'SELECT $1, 1 WHERE $5',
    replace: 'SELECT $1, 1 WHERE $5::boolean IS NOT NULL',
    caughtBy: { file: 'src/lease/lease.int.test.ts', test: 'relays count only those that do their work' },
  },
  {
    name: 'listens-for-ever-when-stopped-while-it-connects',
    breaks: 'P8',
    file: 'src/relay/listen.ts',
    find: '  if (signal.aborted) lost(); // while it connected\n',
    replace: '',
    caughtBy: { file: 'src/relay/nudge.int.test.ts', test: 'one that is told to end while it connects' },
  },
];
