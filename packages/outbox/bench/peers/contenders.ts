import type { BenchContext } from '../kinds/kind.ts';
import { modesOn, type PeerDrain, PG_TRANSACTIONAL_OUTBOX, startPeer } from './pg-transactional-outbox.ts';

/** The peers would take minutes for what takes a relay seconds. */
const PEER_SHARE = 50;

const { name: library, version } = PG_TRANSACTIONAL_OUTBOX;

export const PEER_NOTE =
  `Peers: npm ${library} ${version} publishing with kafkajs, a fiftieth of the rows, one message a send as its handler ` +
  'gets them, batches of 200 fetched when 20 are left, protections off, segments by key. Replication needs wal_level logical. Debezium is not ' +
  'measured here yet.';

/** Somebody else's relay, ready for a round. */
export interface PeerContender {
  readonly name: string;
  /** Messages a second. */
  round(n: number): Promise<number>;
  /** What became of its messages in all rounds so far, in words. */
  arrivals(): string;
}

/** Each mode of the peer is a contender. What they start ends with the stack. */
export async function peersOf(context: BenchContext, stack: AsyncDisposableStack): Promise<readonly PeerContender[]> {
  const { options, progress } = context;
  const count = Math.max(1, Math.floor(options.rows / PEER_SHARE));
  const modes = await modesOn(context);
  const peer = stack.use(await startPeer(context));
  return modes.map((mode) => {
    const name = `${library} ${mode}`;
    const drains: PeerDrain[] = [];
    return {
      name,
      round: (n) =>
        progress.step(`round ${n + 1} of ${options.rounds}: ${name}`, async () => {
          const result = await peer.drain(mode, count);
          drains.push(result);
          return result.msgPerS;
        }),
      arrivals: () =>
        `${drains.map(({ arrived, written }) => `${arrived} of ${written}`).join(', ')} messages arrived.`,
    };
  });
}
