import type { RelayStatus } from '../../relay/status.ts';
import type { Symptom } from './patience.ts';

/** A relay that reads looks many times a second; what was not looked at for so long is not read. */
const UNREAD_SECONDS = 10;

/**
 * What is wrong with a relay. A relay without a shard stands by, and a key that waits or is parked is the matter of that
 * key: both are well.
 */
export function relaySymptoms(status: RelayStatus, now: number, wallNow: number): Symptom[] {
  const { state, trouble, waiting, shards, published } = status;
  if (state !== 'running') {
    return [{ kind: 'fault', id: state, message: `the relay is ${state}` }];
  }
  const symptoms: Symptom[] = [];
  if (trouble !== null) {
    const since = now - Math.max(0, wallNow - Date.parse(trouble.since));
    symptoms.push({ kind: 'trouble', id: 'trouble', message: `${trouble.with}: ${trouble.message}`, since });
  }
  for (const { topic, key, message } of waiting) {
    if (key === null) {
      symptoms.push({ kind: 'trouble', id: `topic ${topic}`, message: `the topic ${topic} is refused: ${message}` });
    }
  }
  const unmoved = shards.filter(({ lag, lagSeconds }) => lag > 0 || lagSeconds > UNREAD_SECONDS);
  if (unmoved.length > 0) {
    const id = `at ${published} ${shards.map(({ shard, cursor }) => `${shard}:${cursor}`).join(' ')}`;
    const messages = unmoved.reduce((sum, { lag }) => sum + lag, 0);
    symptoms.push({ kind: 'standstill', id, message: `the relay does not move; ${messages} messages wait` });
  }
  return symptoms;
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
