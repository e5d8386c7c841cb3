import { setTimeout as delay } from 'node:timers/promises';
import type { Queryable } from '../../database/port.ts';
import { inspectSequences } from '../rewind/sequences.sql.ts';
import { assertReadable, isBehind, type SequenceState } from '../rewind/sequences.ts';
import { type Finding, finding } from './findings.ts';
import { beats, inspectServer } from './server.sql.ts';

const OLDEST_POSTGRES = 15;
/** Clocks that NTP keeps are far closer; what a display shows may be off by so much. */
const APART_SECONDS = 2;

/** What is wrong with the server itself, and whether its clock and this one agree. */
export async function serverFindings(db: Queryable): Promise<Finding[]> {
  await db.query('SELECT 1'); // connects, so that the next statement takes no longer than its way
  const before = Date.now();
  const [{ at, number, version, standby }] = (await db.query(inspectServer())).rows;
  const after = Date.now();
  // The server's time was read somewhere between the two.
  const apart = Math.max(before - at.getTime(), at.getTime() - after) / 1_000;
  return ofServer({ number, version, standby, apart });
}

/** What is wrong with a server of this version, whose clock is so many seconds apart. */
export function ofServer({
  number,
  version,
  standby,
  apart,
}: {
  readonly number: number;
  readonly version: string;
  readonly standby: boolean;
  readonly apart: number;
}): Finding[] {
  return [
    ...(Math.floor(number / 10_000) < OLDEST_POSTGRES
      ? [finding('POSTGRES_TOO_OLD', version, `it is ${version}`)]
      : []),
    ...(standby ? [finding('SERVER_STANDBY', '', 'the server is in recovery')] : []),
    ...(apart > APART_SECONDS
      ? [finding('CLOCKS_APART', '', `the clocks of Postgres and of this machine are ${apart.toFixed(1)} s apart`)]
      : []),
  ];
}

/** Sequences that are behind what is used, or leave numbers out. */
export async function sequenceFindings(db: Queryable, schema: string): Promise<Finding[]> {
  const { rows } = await db.query(inspectSequences(schema));
  assertReadable(rows);
  return (rows as SequenceState[]).flatMap((state) => {
    const { shard, name, dense, last, used } = state;
    if (!dense) {
      return [finding('SEQUENCE_UNSAFE', `shard ${shard}`, `sequence ${name} is missing or leaves numbers out`)];
    }
    return isBehind(state)
      ? [finding('SEQUENCE_BEHIND', `shard ${shard}`, `sequence ${name} is at ${last ?? 0}, and ${used} is used`)]
      : [];
  });
}

/** Whether any lease is renewed within the time given: a relay renews them several times in a second or two. */
export async function relayFindings(db: Queryable, schema: string, watchMs: number): Promise<Finding[]> {
  const look = async (): Promise<string> => (await db.query(beats(schema))).rows[0].renewals;
  const before = await look();
  await delay(watchMs);
  return (await look()) === before
    ? [finding('RELAY_MISSING', '', `no lease was renewed within ${watchMs / 1_000} s`)]
    : [];
}
