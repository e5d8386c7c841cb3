import type { Message } from 'kafkajs';
import { BY_FAULT_MACHINERY } from '../../check/topic-reader.ts';
import type { System } from '../../system/system.ts';
import { TOPICS, type Writer } from './topics.ts';

interface Row {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly source: string;
  readonly seq: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly payload: Buffer;
  readonly time: string;
}

/** Rows that an app's outbox has for its topic, oldest first, as the records a relay makes of them, and marked. */
export async function rowsSince(writer: Writer, { databases }: System, since: Date): Promise<readonly Message[]> {
  const { rows } = await databases[writer].query<Row>(
    `${ROWS} WHERE topic = $1 AND created_at >= $2 ORDER BY created_at, seq`,
    [TOPICS[writer], since],
  );
  return rows.map(recordOf);
}

/** Where it stands who heard of which message: sales for the shop's, the shop's history for the workshop's. */
const HEARD = {
  shop: { at: 'crm', sql: 'SELECT message_id AS id FROM order_move ORDER BY position DESC LIMIT $1' },
  mes: {
    at: 'shop',
    sql: 'SELECT caused_by AS id FROM order_history WHERE caused_by IS NOT NULL ORDER BY at DESC LIMIT $1',
  },
} as const;

/** The same of the last messages that were certainly published, because somebody acted on them. */
export async function rowsHeard(writer: Writer, { databases }: System, limit: number): Promise<readonly Message[]> {
  const heard = await databases[HEARD[writer].at].query<{ id: string }>(HEARD[writer].sql, [limit]);
  const { rows } = await databases[writer].query<Row>(
    `${ROWS} WHERE topic = $1 AND id = ANY ($2::uuid[]) ORDER BY created_at, seq`,
    [TOPICS[writer], heard.rows.map(({ id }) => id)],
  );
  return rows.map(recordOf);
}

const ROWS = `
  SELECT id, key, type, source, seq, headers, payload,
         to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time
  FROM outbox.message`;

const recordOf = ({ id, key, type, source, seq, headers, payload, time }: Row): Message => ({
  key,
  value: payload,
  headers: {
    ...{ ce_specversion: '1.0', ce_id: id, ce_type: type, ce_source: source, ce_time: time },
    ...{ ce_sequence: seq.padStart(19, '0'), 'content-type': 'application/json' },
    ...headers,
    [BY_FAULT_MACHINERY]: 'yes',
  },
});
