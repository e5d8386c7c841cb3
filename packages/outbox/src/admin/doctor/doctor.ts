import type { Queryable } from '../../database/port.ts';
import type { LoginGrant } from '../../migrate/grants.ts';
import { selectVersion } from '../../migrate/statements.ts';
import type { ConsumersAdmin } from '../consumers.ts';
import type { OffsetInspector } from '../look/consumer-lag.ts';
import { gaps } from '../look/gaps.ts';
import { latestVersion, type OutboxStatus, status } from '../look/status.ts';
import { positionFindings } from './consumers.ts';
import { type Finding, finding } from './findings.ts';
import { gapFindings } from './gaps.ts';
import { missingGrants } from './grants/grants.ts';
import { inboxFindings } from './inbox.ts';
import { relayFindings, sequenceFindings, serverFindings } from './server.ts';
import { slotFindings } from './slots.ts';
import { type TopicInspector, topicFindings } from './topics.ts';

/** What is looked at besides the database, and what counts as wrong. */
export interface DoctorOptions {
  /** Logins of services, and what they do, as they were given to `migrate`. Without them no rights are looked at. */
  readonly grantTo?: readonly (string | LoginGrant)[];
  /** How topics are looked at. Without it they are not. */
  readonly topics?: TopicInspector;
  /** How the ends of topics are looked at, which positions of consumers are compared with. Without it they are not. */
  readonly offsets?: OffsetInspector;
  /** How many replicas topics are meant to have. Default 3. */
  readonly replicas?: number;
  /** `inboxDays` of consumers that did not open a partition with this version yet: the others have said it themselves. Default 7. */
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
  const { watchMs = 2_000, replicas = 3, inboxDays = 7 } = options;
  const found = [...(await serverFindings(db)), ...(await versionFindings(db, schema))];
  if (!found.some(({ code }) => code === 'SCHEMA_OUTDATED')) {
    // What this package asks for may not be there in older tables.
    const before = await gaps(db, schema);
    found.push(
      ...ofStatus(await status(db, schema)),
      ...(await sequenceFindings(db, schema)),
      ...(await slotFindings(db, schema, options)),
      ...(await missingGrants(db, schemaName, schema, options.grantTo ?? [])),
      ...(await consumers.parked()).map(({ groupId, topic, key, reason }) =>
        finding('EVENT_PARKED', groupId, `key ${JSON.stringify(key)} of ${topic}: ${reason}`),
      ),
      ...(await relayFindings(db, schema, watchMs)),
      ...gapFindings(before, await gaps(db, schema), options),
      ...(await inboxFindings(db, schema, inboxDays)),
    );
    if (options.offsets !== undefined) {
      found.push(...(await positionFindings(consumers, options.offsets)));
    }
    if (options.topics !== undefined) {
      found.push(...(await topicFindings(db, schema, options.topics, { replicas, inboxDays })));
    }
  }
  return found.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

async function versionFindings(db: Queryable, schema: string): Promise<Finding[]> {
  const version = Number((await db.query(selectVersion(schema))).rows[0].version);
  const latest = latestVersion();
  return [
    ...(version < latest
      ? [finding('SCHEMA_OUTDATED', '', `version ${version}, and ${latest} is the latest; nothing else was looked at`)]
      : []),
    ...(version > latest ? [finding('SCHEMA_NEWER', '', `version ${version}; this package knows ${latest}`)] : []),
  ];
}

function ofStatus({ server, parked }: OutboxStatus): Finding[] {
  return [
    ...(server.home ? [] : [finding('CLUSTER_CHANGED', '', 'the system identifier is not the one it was made on')]),
    ...(parked.keys > 0
      ? [finding('KEY_PARKED', '', `${parked.keys} keys are parked, with ${parked.messages} messages`)]
      : []),
  ];
}
