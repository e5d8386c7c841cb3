import { startProcess } from '@bezel/local/measuring';
import type { BenchContext } from '../kinds/kind.ts';
import { KEYS, MESSAGE_TYPE, PAYLOAD } from '../load/message.ts';
import { createDatabase } from '../servers/database.ts';
import { countMessages, createTopic } from '../servers/topic.ts';
import { installPeer, type PeerPackage } from './install.ts';
import type { PeerMode } from './peer-mode.ts';
import type { PeerProgram } from './pg-transactional-outbox-process.ts';

export const PG_TRANSACTIONAL_OUTBOX: PeerPackage = { name: 'pg-transactional-outbox', version: '0.5.7' };

/** Messages of one aggregate are in order, as ours are by key. */
const INSERT = `
INSERT INTO peer.outbox (id, aggregate_type, aggregate_id, message_type, segment, payload)
SELECT gen_random_uuid(), 'order', 'order-' || n % $2, $3, 'order-' || n % $2, $4
FROM generate_series(0, $1::integer - 1) AS n`;

/** What one mode of the peer reached in one round. */
export interface PeerDrain {
  readonly msgPerS: number;
  readonly written: number;
  /** Fewer than written when it lost some. */
  readonly arrived: number;
}

/** Starts the peer's process; each drain gets a database, a topic and a listener of its own. */
export async function startPeer({ servers, progress, signal }: BenchContext) {
  const folder = await installPeer(PG_TRANSACTIONAL_OUTBOX, progress, signal);
  const process = startProcess<PeerProgram>(new URL('./pg-transactional-outbox-process.ts', import.meta.url), {
    signal,
    nodeOptions: ['--conditions=@bezel/source'],
  });

  async function drain(mode: PeerMode, count: number): Promise<PeerDrain> {
    await using topic = await createTopic(servers);
    await using database = await createDatabase(servers);
    const { brokers } = servers;
    const target = { folder, mode, databaseUrl: database.url, brokers, topic: topic.name };
    for (const statements of await process.ask('setup', target)) await database.pool.query(statements);
    await database.pool.query(INSERT, [count, KEYS, MESSAGE_TYPE, PAYLOAD]);
    await database.pool.query('ANALYZE peer.outbox');
    try {
      const { ms, handled } = await process.ask('drain', { ...target, count });
      return { msgPerS: (handled * 1_000) / ms, written: count, arrived: await countMessages(brokers, topic.name) };
    } finally {
      // A slot outlives its database's connections, and keeps the database from being dropped.
      await database.pool.query(
        'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
      );
    }
  }
  return { drain, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}
