import type { ConsumerKey } from '../../admin/consumers.ts';
import type { Given, OptionSpec } from './parse.ts';
import { UsageError } from './usage-error.ts';

/** Which keys are meant; `parked` and `redrive` take the same. */
export const KEY_OPTIONS: readonly OptionSpec[] = [
  { name: 'topic', value: 'name', help: 'of this topic only' },
  { name: 'key', value: 'text', help: 'of this key only; an empty one is that of messages without a key' },
  { name: 'key-base64', value: 'bytes', help: 'instead of --key, of a consumer group: a key that is not UTF-8' },
];

/** The key that is given, if any. @throws UsageError */
export function keyGiven(given: Given): Partial<Pick<ConsumerKey, 'key' | 'keyBase64'>> {
  const [key, keyBase64] = [given.text('key'), given.text('key-base64')];
  if (keyBase64 === undefined) {
    return key === undefined ? {} : { key };
  }
  if (key !== undefined || given.text('group') === undefined) {
    throw new UsageError('--key-base64 is a key of a consumer group: it takes --group, and the place of --key');
  }
  if (Buffer.from(keyBase64, 'base64').toString('base64') !== keyBase64) {
    throw new UsageError(`--key-base64 takes base64; got "${keyBase64}"`);
  }
  return { keyBase64 };
}

/** The one key of a consumer group that `option` is about. @throws UsageError */
export function oneKeyGiven(given: Given, option: string): ConsumerKey {
  const [groupId, topic, which] = [given.text('group'), given.text('topic'), keyGiven(given)];
  if (groupId === undefined || topic === undefined || Object.keys(which).length === 0) {
    throw new UsageError(`${option} is about one key of a consumer group: name it with --group, --topic and --key`);
  }
  return { groupId, topic, key: '', ...which };
}
