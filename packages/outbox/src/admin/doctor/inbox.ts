import type { Queryable } from '../../database/port.ts';
import { type Finding, finding } from './findings.ts';
import { heldInbox } from './inbox.sql.ts';

/** Positions that stand still and make the inbox of their group keep ids for them. */
export async function inboxFindings(db: Queryable, schema: string, inboxDays: number): Promise<Finding[]> {
  const { rows } = await db.query(heldInbox(schema), [inboxDays]);
  return rows.map(({ group_id, topic, partitions, parked, moved_at, oldest }) => {
    const which = `${topic}, ${partitions.length === 1 ? 'partition' : 'partitions'} ${partitions.join(', ')}`;
    const why = parked ? 'a key is parked there' : `moved last at ${moved_at.toISOString()}`;
    return finding('INBOX_HELD', group_id, `${which}: ${why}; ids are kept since ${oldest.toISOString()}`);
  });
}
