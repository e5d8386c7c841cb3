import type { RelayStatus } from '../../relay/status.ts';
import { type Clocks, partSymptoms } from './part-symptoms.ts';
import type { Symptom } from './patience.ts';

/** A relay that reads looks many times a second; what was not looked at for so long is not read. */
const UNREAD_SECONDS = 10;

/**
 * What is wrong with a relay. A relay without a shard stands by, and a key that waits or is parked is the matter of that
 * key: both are well.
 */
export const relaySymptoms = (status: RelayStatus, clocks: Clocks): Symptom[] =>
  partSymptoms('relay', status, clocks, () => [...refusedTopics(status), ...standstill(status)]);

const refusedTopics = ({ waiting }: RelayStatus): Symptom[] =>
  waiting
    .filter(({ key }) => key === null)
    .map(({ topic, message }) => ({
      kind: 'trouble',
      id: `topic ${topic}`,
      message: `the topic ${topic} is refused: ${message}`,
    }));

function standstill({ shards, published }: RelayStatus): Symptom[] {
  const unmoved = shards.filter(({ lag, lagSeconds }) => lag > 0 || lagSeconds > UNREAD_SECONDS);
  if (unmoved.length === 0) {
    return [];
  }
  const id = `at ${published} ${shards.map(({ shard, cursor }) => `${shard}:${cursor}`).join(' ')}`;
  const messages = unmoved.reduce((sum, { lag }) => sum + lag, 0);
  return [{ kind: 'standstill', id, message: `the relay does not move; ${messages} messages wait` }];
}

/** What a health check shows of a relay beside its verdict. */
export const relayDetails = ({ state, shards, waiting, parked, published, trouble }: RelayStatus) => ({
  state,
  shards: shards.length,
  published,
  lag: shards.reduce((sum, { lag }) => sum + lag, 0),
  lagSeconds: Math.max(0, ...shards.map(({ lagSeconds }) => lagSeconds)),
  waiting: waiting.length,
  parkedKeys: parked.length,
  trouble,
});
