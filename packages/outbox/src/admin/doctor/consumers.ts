import type { ConsumersAdmin } from '../consumers.ts';
import type { OffsetInspector } from '../look/consumer-lag.ts';
import { type Finding, finding } from './findings.ts';

/** Groups of which a position is not among what Kafka holds. When Kafka does not answer, the look at the topics says so. */
export async function positionFindings(consumers: ConsumersAdmin, inspector: OffsetInspector): Promise<Finding[]> {
  const offsets = (topics: readonly string[]) => inspector.offsets(topics).catch(() => []);
  return (await consumers.lag({ offsets }))
    .filter(({ outOfRange }) => outOfRange)
    .map(({ groupId, topic, partition, position, earliest, end }) =>
      finding(
        'POSITION_OUT_OF_RANGE',
        groupId,
        `${topic}/${partition} is at ${position}, and Kafka holds ${earliest} to ${end}`,
      ),
    );
}
