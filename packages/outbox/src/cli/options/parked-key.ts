import type { ConsumerKey } from '../../admin/consumers.ts';
import type { Given, OptionSpec } from './parse.ts';
import { UsageError } from './usage-error.ts';

/** Which keys are meant; `parked` and `redrive` take the same. */
export const KEY_OPTIONS: readonly OptionSpec[] = [
  { name: 'topic', value: 'name', help: 'of this topic only' },
  { name: 'key', value: 'text', help: 'of this key only; an empty one is that of messages without a key' },
];

/** The one key of a consumer group that `option` is about. @throws UsageError */
export function oneKeyGiven(given: Given, option: string): ConsumerKey {
  const [groupId, topic, key] = [given.text('group'), given.text('topic'), given.text('key')];
  if (groupId === undefined || topic === undefined || key === undefined) {
    throw new UsageError(`${option} is about one key of a consumer group: name it with --group, --topic and --key`);
  }
  return { groupId, topic, key };
}
