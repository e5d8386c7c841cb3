import { waitFor } from '@bezel/local/testing';
import type { BenchContext } from '../../kinds/kind.ts';
import { type BenchDatabase, createDatabase } from '../../servers/database.ts';
import { countMessages, createTopic, readTopic } from '../../servers/topic.ts';
import { type Arrivals, countArrivals } from './arrivals.ts';
import { startConnect } from './connect.ts';
import { type DebeziumProgram } from './obtain.ts';
import { createOutboxTable, numberOf, writeOutbox } from './outbox-table.ts';

/** Debezium, warm: it runs and streams, and drains what was written while it was paused. */
export interface Debezium extends AsyncDisposable {
  drain(count: number): Promise<Arrivals>;
}

/** From a task that runs to a stream: connections, a snapshot without data, the slot. */
const STREAMING_MS = 60_000;
/** Without one more message for so long it has ended, whatever is missing. */
const GIVE_UP_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** The broker says when each batch came: what is timed needs no reader beside it, and no clock of another process. */
const TOPIC = { 'message.timestamp.type': 'LogAppendTime' };

/** Starts it with a database of its own, and waits until it streams. Between drains it takes no processor time. */
export async function startDebezium(program: DebeziumProgram, { servers, signal }: BenchContext): Promise<Debezium> {
  await using starting = new AsyncDisposableStack();
  const database = starting.use(await createDatabase(servers));
  const { pool, name, url } = database;
  const { brokers } = servers;
  await createOutboxTable(pool);
  starting.defer(() => dropSlot(database));
  const connect = starting.use(await startConnect(program, { databaseUrl: url, brokers, slot: name }, signal));
  await waitFor(
    'Debezium to stream',
    async () => {
      const { rows } = await pool.query('SELECT active FROM pg_replication_slots WHERE slot_name = $1', [name]);
      return signal.aborted || rows[0]?.active === true;
    },
    { deadlineMs: STREAMING_MS },
  );
  signal.throwIfAborted();
  await connect.freeze();
  let written = 0;
  const running = starting.move();
  return {
    async drain(count) {
      await using topic = await createTopic(servers, TOPIC);
      const first = written;
      written += count;
      await connect.thaw();
      await connect.pause();
      await writeOutbox(pool, topic.name, first, written);
      await pool.query('CHECKPOINT');
      await connect.resume();
      await untilNoMoreCome(() => countMessages(brokers, topic.name), count, signal);
      await connect.freeze();
      const arrivals = countArrivals(first, count);
      await readTopic(brokers, topic.name, ({ key, headers, timestamp }) =>
        arrivals.add({ key, n: numberOf(headers['id'] ?? ''), at: timestamp }),
      );
      return arrivals.result();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function untilNoMoreCome(arrived: () => Promise<number>, count: number, signal: AbortSignal): Promise<void> {
  let most = 0;
  let since = performance.now();
  await waitFor(
    'the last message',
    async () => {
      const now = await arrived();
      if (now > most) {
        most = now;
        since = performance.now();
      }
      return signal.aborted || most >= count || performance.now() - since > GIVE_UP_MS;
    },
    { deadlineMs: Number.POSITIVE_INFINITY, everyMs: LOOK_EVERY_MS },
  );
  signal.throwIfAborted();
}

/** A slot outlives those who used it, and keeps its database from being dropped. That they are gone shows a while later. */
async function dropSlot({ pool, name }: BenchDatabase): Promise<void> {
  await waitFor('its replication slot to be free', async () => {
    await pool.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [
      name,
    ]);
    return true;
  });
}
