import type { ConsumerStatus, PartitionStatus } from '../../consumer/status.ts';
import { type Clocks, partSymptoms } from './part-symptoms.ts';
import type { Symptom } from './patience.ts';

/** What is wrong with a consumer. A key that is parked is the matter of that key: the consumer is well. */
export const consumerSymptoms = (status: ConsumerStatus, clocks: Clocks): Symptom[] =>
  partSymptoms('consumer', status, clocks, () => [
    ...(status.joined ? [] : [NOT_JOINED]),
    ...status.partitions.flatMap(partitionSymptoms),
  ]);

const NOT_JOINED: Symptom = {
  kind: 'trouble',
  id: 'joining',
  message: 'the consumer is not a member of its group',
};

/** A partition that waits for nothing has none. */
function partitionSymptoms({ topic, partition, state, position, lag, failing }: PartitionStatus): Symptom[] {
  const name = `${topic}/${partition}`;
  if (state === 'out-of-range') {
    return [{ kind: 'fault', id: name, message: `${name}: its position is not among the messages Kafka holds` }];
  }
  if (state === 'flowing' && (lag ?? 0) === 0) {
    return [];
  }
  const why = failing?.message ?? (state === 'opening' ? 'its position cannot be read' : `${lag} messages wait`);
  return [{ kind: 'standstill', id: `${name} at ${position}`, message: `${name} stands still: ${why}` }];
}

/** What a health check shows of a consumer beside its verdict. */
export const consumerDetails = ({ state, joined, partitions, trouble }: ConsumerStatus) => ({
  state,
  joined,
  partitions: partitions.length,
  lag: partitions.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
  failing: partitions.filter(({ failing }) => failing !== null).length,
  parkedKeys: partitions.reduce((sum, { parkedKeys }) => sum + parkedKeys, 0),
  trouble,
});
