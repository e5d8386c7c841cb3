import type { Queryable } from '../../database/port.ts';
import type { LoginGrant } from '../../migrate/grants.ts';
import type { ConsumersAdmin } from '../consumers.ts';
import { gaps } from '../look/gaps.ts';
import { type OutboxStatus, status } from '../look/status.ts';
import { type Finding, finding } from './findings.ts';
import { missingGrants } from './grants/grants.ts';
import { relayFindings, sequenceFindings, serverFindings } from './server.ts';
import { slotFindings } from './slots.ts';
import { type TopicInspector, topicFindings } from './topics.ts';

/** What is looked at besides the database, and what counts as wrong. */
export interface DoctorOptions {
  /** Logins of services, and what they do, as they were given to `migrate`. Without them no rights are looked at. */
  readonly grantTo?: readonly (string | LoginGrant)[];
  /** How topics are looked at. Without it they are not. */
  readonly topics?: TopicInspector;
  /** How many replicas topics are meant to have. Default 3. */
  readonly replicas?: number;
  /** `inboxDays` of the consumers: how long they remember what they handled. Default 7. */
  readonly inboxDays?: number;
  /** What retention was told. Default 2. */
  readonly keepDays?: 0 | 1 | 2;
  /** A transaction open for longer is worth telling. Default 60. */
  readonly openSeconds?: number;
  /** How long leases are watched for a sign of life, in ms. Default 2,000. */
  readonly watchMs?: number;
}

/** Looks for what breaks a promise now or will, most severe first. Changes nothing. */
export async function doctor(
  db: Queryable,
  schemaName: string,
  schema: string,
  consumers: ConsumersAdmin,
  options: DoctorOptions,
): Promise<Finding[]> {
  const { keepDays = 2, openSeconds = 60, watchMs = 2_000, replicas = 3, inboxDays = 7 } = options;
  const found = await serverFindings(db);
  const now = await status(db, schema);
  found.push(
    ...ofStatus(now),
    ...(await sequenceFindings(db, schema)),
    ...(await heldGaps(db, schema, openSeconds)),
    ...(await slotFindings(db, schema, { keepDays, openSeconds })),
    ...(await missingGrants(db, schemaName, schema, options.grantTo ?? [])),
    ...(await consumers.parked()).map(({ groupId, topic, key, reason }) =>
      finding('EVENT_PARKED', groupId, `key ${JSON.stringify(key)} of ${topic}: ${reason}`),
    ),
    ...(await relayFindings(db, schema, watchMs)),
  );
  if (options.topics !== undefined) {
    found.push(...(await topicFindings(db, schema, options.topics, { replicas, inboxDays })));
  }
  return found.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

function ofStatus({ schema: { version, latest }, server, parked }: OutboxStatus): Finding[] {
  return [
    ...(version < latest ? [finding('SCHEMA_OUTDATED', '', `version ${version}, and ${latest} is the latest`)] : []),
    ...(version > latest ? [finding('SCHEMA_NEWER', '', `version ${version}; this package knows ${latest}`)] : []),
    ...(server.home ? [] : [finding('CLUSTER_CHANGED', '', 'the system identifier is not the one it was made on')]),
    ...(parked.keys > 0
      ? [finding('KEY_PARKED', '', `${parked.keys} keys are parked, with ${parked.messages} messages`)]
      : []),
  ];
}

async function heldGaps(db: Queryable, schema: string, openSeconds: number): Promise<Finding[]> {
  return (await gaps(db, schema)).flatMap(({ shard, holders }) =>
    holders
      .filter(({ seconds }) => seconds !== null && seconds >= openSeconds)
      .map(({ pid, prepared, seconds }) => {
        const who = prepared === null ? `session ${pid}` : `prepared transaction '${prepared}'`;
        return finding(
          'GAP_HELD',
          `shard ${shard}`,
          `${who} has written and is open for ${Math.round(seconds ?? 0)} s`,
        );
      }),
  );
}
