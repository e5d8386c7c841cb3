import { Kafka } from 'kafkajs';
import type { Pool } from 'pg';

/** Tells a group of `createConsumer` where a group of another client stood, by the offsets that it committed to Kafka. */
export async function takePositions(
  pool: Pool,
  { brokers, from, groupId, topic }: { brokers: string[]; from: string; groupId: string; topic: string },
): Promise<void> {
  const admin = new Kafka({ clientId: 'take-positions', brokers }).admin();
  await admin.connect();
  const { members } = await admin.describeGroups([from]).then(({ groups }) => groups[0] ?? { members: [] });
  if (members.length > 0) throw new Error(`${from} still has members: stop them first`);
  const [committed] = await admin.fetchOffsets({ groupId: from, topics: [topic] });
  await admin.disconnect();
  // -1: the group has committed nothing there. Without a row the new group begins at the oldest message.
  const known = (committed?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
  await pool.query(
    `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset)
     SELECT $1, $2, partition, next_offset FROM unnest($3::int[], $4::bigint[]) AS given (partition, next_offset)`,
    [groupId, topic, known.map(({ partition }) => partition), known.map(({ offset }) => offset)],
  );
}
