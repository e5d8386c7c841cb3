import { describe, expect, jest, test } from '@jest/globals';
import type { Database } from '../database/port.ts';
import {
  enableFailpoint,
  FAILPOINTS,
  type Failpoint,
  type FailpointAction,
  type FailpointSubject,
} from '../testing/failpoints.ts';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { writtenIn } from '../testing/written/written-in.ts';
import { createOutbox, type Outbox } from './create-outbox.ts';
import type { OutboxTransaction } from './transaction.ts';

jest.setTimeout(60_000);

const { writerWriting, writerWritten, writerNudging, writerNudged } = FAILPOINTS;
const Noted = noted('t');

/** What a writer may be asked to write, and the numbers it writes. */
const WRITES: readonly [string, (outbox: Outbox, tx: OutboxTransaction) => Promise<unknown>, number[]][] = [
  ['write', (outbox, tx) => outbox.write(tx, Noted, { key: 'k', n: 1 }), [1]],
  ['write with more than ASCII', (outbox, tx) => outbox.write(tx, Noted, { key: 'ü', n: 1 }), [1]],
  [
    'writeMany',
    (outbox, tx) =>
      outbox.writeMany(
        tx,
        Noted,
        [1, 2].map((n) => ({ data: { key: 'k', n } })),
      ),
    [1, 2],
  ],
];

/** Runs a function whenever one of the failpoints is hit. */
function onEach(
  names: readonly Failpoint[],
  hit: (name: Failpoint) => Promise<FailpointAction | undefined>,
): Disposable {
  const armed = new DisposableStack();
  for (const name of names) armed.use(enableFailpoint(name, () => hit(name)));
  return armed;
}

describe.each(WRITES)('%s', (_, write, numbers) => {
  const outbox = createOutbox({ source: '/test' });
  const numbersIn = async (tx: OutboxTransaction) => (await writtenIn(tx, Noted)).map(({ data }) => data.n);

  test('comes to its failpoints once each: nothing is written at the first, all of it at the second', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await using tx = await openTransaction(database.pool);
    const seen: [string, number[]][] = [];
    using _armed = onEach([writerWriting, writerWritten], async (name) => {
      seen.push([name, await numbersIn(tx.client)]);
      return undefined;
    });
    await write(outbox, tx.client);
    expect(seen).toEqual([
      [writerWriting, []],
      [writerWritten, numbers],
    ]);
  });

  test('says at them which messages it writes', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await using tx = await openTransaction(database.pool);
    const seen: unknown[] = [];
    const look = (about: readonly FailpointSubject[]): void => {
      seen.push(about.map(({ type, data }) => [type, (data as { readonly n: number }).n]));
    };
    using _writing = enableFailpoint(writerWriting, look);
    using _written = enableFailpoint(writerWritten, look);
    await write(outbox, tx.client);
    const messages = numbers.map((n) => [Noted.type, n]);
    expect(seen).toEqual([messages, messages]);
  });

  test.each([
    [writerWriting, []],
    [writerWritten, numbers],
  ] as const)('that fails at %s leaves the transaction as it is there', async (name, left) => {
    await using database = await outboxDatabase({ shards: 1 });
    await using tx = await openTransaction(database.pool);
    using _armed = enableFailpoint(name, 'error');
    await expect(write(outbox, tx.client)).rejects.toMatchObject({ code: 'FAILPOINT_HIT' });
    expect(await numbersIn(tx.client)).toEqual(left);
  });
});

test('nudge comes to its failpoints before and after relays are told', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const steps: string[] = [];
  const outbox = createOutbox({ source: '/test', db: notingQueries(database, steps) });
  using _armed = onEach([writerNudging, writerNudged], async (name) => {
    steps.push(name);
    return undefined;
  });
  await outbox.nudge();
  expect(steps).toEqual([writerNudging, 'SELECT pg_notify($1, $2)', writerNudged]);
});

/** Notes each statement that was answered. */
function notingQueries({ pool }: OutboxDatabase, steps: string[]): Database {
  return {
    connect: () => pool.connect(),
    async query(sql, params) {
      const answer = await pool.query(sql, params && [...params]);
      steps.push(sql);
      return answer;
    },
  };
}
