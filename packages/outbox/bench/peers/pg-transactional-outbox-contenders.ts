import type { BenchContext } from '../kinds/kind.ts';
import type { PeerContender } from './contender.ts';
import type { PeerMode } from './peer-mode.ts';
import { type PeerDrain, PG_TRANSACTIONAL_OUTBOX, startPeer } from './pg-transactional-outbox.ts';

/** It would take minutes for what takes a relay seconds. */
const SHARE = 50;

const { name: library, version } = PG_TRANSACTIONAL_OUTBOX;

const SETTINGS =
  `npm ${library} ${version} publishes with kafkajs, a fiftieth of the rows, one message a send as its handler gets them; ` +
  'batches of 200 fetched when 20 are left, protections off, segments by key.';

/** Each mode is a contender. Their process ends with the stack. */
export async function pgTransactionalOutboxContenders(
  modes: readonly PeerMode[],
  context: BenchContext,
  stack: AsyncDisposableStack,
): Promise<readonly PeerContender[]> {
  const { options, progress } = context;
  const count = Math.max(1, Math.floor(options.rows / SHARE));
  const peer = stack.use(await startPeer(context));
  return modes.map((mode, n) => {
    const name = `${library} ${mode}`;
    const drains: PeerDrain[] = [];
    return {
      name,
      kind: 'the best TypeScript peer',
      round: (round) =>
        progress.step(`round ${round + 1} of ${options.rounds}: ${name}`, async () => {
          const result = await peer.drain(mode, count);
          drains.push(result);
          return result.msgPerS;
        }),
      notes: () => [
        ...(n === 0 ? [SETTINGS] : []),
        `${name}: ${drains.map(({ arrived, written }) => `${arrived} of ${written}`).join(', ')} messages arrived.`,
      ],
    };
  });
}
