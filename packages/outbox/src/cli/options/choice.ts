import type { MessageChoice } from '../../admin/choice.ts';
import type { Given, OptionSpec } from './parse.ts';
import { UsageError } from './usage-error.ts';

/** Which messages are meant; `replay` and `verify` take the same. */
export const CHOICE_OPTIONS: readonly OptionSpec[] = [
  { name: 'topic', value: 'name', help: 'of this topic' },
  { name: 'key', value: 'text', help: 'of this key' },
  { name: 'shard', value: 'n', help: 'of this shard' },
  { name: 'from', value: 'n', help: 'from this number of the shard on' },
  { name: 'to', value: 'n', help: 'up to this number of the shard' },
  { name: 'since', value: 'time', help: 'written at this time or later: 2026-01-31T12:00:00Z, or 15m ago' },
  { name: 'until', value: 'time', help: 'written before this time' },
];

/** What the options choose. @throws UsageError */
export function choiceGiven(given: Given): MessageChoice {
  const choice = {
    topic: given.text('topic'),
    key: given.text('key'),
    shard: given.wholeNumber('shard'),
    from: given.wholeNumber('from'),
    to: given.wholeNumber('to'),
    since: given.instant('since'),
    until: given.instant('until'),
  };
  if ((choice.from ?? choice.to) !== undefined && choice.shard === undefined) {
    throw new UsageError('--from and --to are numbers of one shard: name it with --shard');
  }
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
}
