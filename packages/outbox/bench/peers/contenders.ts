import type { BenchContext } from '../kinds/kind.ts';
import { createDatabase } from '../servers/database.ts';
import type { PeerContender, Peers } from './contender.ts';
import { debeziumContender } from './debezium/contender.ts';
import { PEER_MODES } from './peer-mode.ts';
import { pgTransactionalOutboxContenders } from './pg-transactional-outbox-contenders.ts';

/**
 * Everybody who can be measured on this machine and these servers; who cannot is told, and the rest is measured without
 * them. What they start ends with the stack.
 */
export async function peersOf(context: BenchContext, stack: AsyncDisposableStack): Promise<Peers> {
  const { progress, signal } = context;
  const contenders: PeerContender[] = [];
  const leftOut: string[] = [];
  const tryFor = async (who: string, start: () => Promise<readonly PeerContender[]>): Promise<void> => {
    try {
      contenders.push(...(await start()));
    } catch (error) {
      signal.throwIfAborted();
      const [why] = (error as Error).message.split('\n');
      leftOut.push(`${who} is not measured: ${why}`);
      progress.say(`  · ${who} is not measured: ${(error as Error).message}`);
    }
  };
  const logical = (await walLevel(context)) === 'logical';
  await tryFor('pg-transactional-outbox', () =>
    pgTransactionalOutboxContenders(logical ? PEER_MODES : ['polling'], context, stack),
  );
  if (!logical) leftOut.push('pg-transactional-outbox replication is not measured: it needs wal_level logical');
  await tryFor('Debezium', async () => {
    if (!logical) throw new Error('it needs wal_level logical');
    return [await debeziumContender(context, stack)];
  });
  return { contenders, leftOut };
}

async function walLevel({ servers }: BenchContext): Promise<string> {
  await using database = await createDatabase(servers);
  const { rows } = await database.pool.query('SHOW wal_level');
  return rows[0].wal_level;
}
