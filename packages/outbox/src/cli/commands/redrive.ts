import { createAdmin, type OutboxAdmin } from '../../admin/create-admin.ts';
import type { Command } from '../command.ts';
import { DRY_RUN } from '../options/dry-run.ts';
import { KEY_OPTIONS, keyGiven, oneKeyGiven } from '../options/parked-key.ts';
import type { Given } from '../options/parse.ts';
import { UsageError } from '../options/usage-error.ts';
import { safe } from '../terminal/table.ts';
import { counted } from '../terminal/words.ts';
import { isMeant, shownKey } from './parked.ts';

export const redrive: Command = {
  name: 'redrive',
  summary: 'asks relays to send, or consumers to handle, what is parked once more',
  details: [
    'With --group it is about what that consumer group parked, else about what relays parked. The messages of a key go in',
    'their order, and what comes meanwhile goes after them. One that is refused again leaves its key parked.',
    '',
    'Before that, --discard gives up messages of a key: they are never handled, and no copy of them. --admit says of messages',
    'that are too old for the inbox to know (EVENT_TOO_OLD) that they were not handled. Both take --offset, of one message or',
    '"all" for all that are parked with the key now; bezel-outbox parked --messages lists them.',
  ].join('\n'),
  options: [
    ...KEY_OPTIONS,
    { name: 'group', value: 'id', help: 'what this consumer group parked' },
    { name: 'all', help: 'everything, where no topic and no key is named' },
    { name: 'discard', help: 'give up the message first; with --group, --topic and --key' },
    { name: 'admit', help: 'say first that the message was not handled; with --group, --topic and --key' },
    { name: 'offset', value: 'n|all', help: 'which message to --discard or to --admit' },
    DRY_RUN,
  ],
  async run({ db, schemaName, given }) {
    const admin = createAdmin(db, { schemaName });
    const [topic, key, groupId] = [given.text('topic'), given.text('key'), given.text('group')];
    const dryRun = given.flag('dry-run');
    const oneKey = keyGiven(given);
    if ((topic === undefined && Object.keys(oneKey).length === 0) !== given.flag('all')) {
      throw new UsageError('redrive takes --topic or --key or both, or --all');
    }
    const marked = await mark(admin, given, dryRun);
    const which = { ...(topic === undefined ? {} : { topic }), ...(key === undefined ? {} : { key }) };
    let keys: readonly { readonly topic: string; readonly key: string; readonly keyBase64?: string | null }[];
    if (groupId === undefined) {
      keys = dryRun ? (await admin.parked()).filter((row) => isMeant(row, { topic, key })) : await admin.redrive(which);
    } else {
      const ofGroup = { ...which, ...oneKey, groupId };
      keys = dryRun ? await admin.consumers.parked(ofGroup) : await admin.consumers.redrive(ofGroup);
    }
    const named = keys.map(({ topic: of, key: name, keyBase64 = null }) => ({ topic: of, key: name, keyBase64 }));
    return {
      document: {
        dryRun,
        keys: named.map(({ keyBase64, ...row }) => ({ ...row, ...(keyBase64 === null ? {} : { keyBase64 }) })),
        ...marked,
      },
      text: (paint) =>
        [
          ...described(marked.discarded, dryRun ? 'would be given up' : 'given up'),
          ...described(marked.admitted, dryRun ? 'would count as not handled' : 'count as not handled'),
          paint('bold', `${counted(named.length, 'key')} ${dryRun ? 'would be' : 'will be'} tried again`),
          ...named.map((row) => `  ${safe(row.topic)} ${safe(shownKey(row))}`),
        ].join('\n'),
    };
  },
};

type Marked = readonly { readonly partition: number; readonly offset: string }[];

/** What `--discard` or `--admit` is about, and does. Where there is no such message nothing else is done either. */
async function mark(
  { consumers }: OutboxAdmin,
  given: Given,
  dryRun: boolean,
): Promise<{ readonly discarded: Marked; readonly admitted: Marked }> {
  const wanted = (['discard', 'admit'] as const).filter((name) => given.flag(name));
  const [how, ...others] = wanted;
  const offset = offsetGiven(given);
  if (others.length > 0) {
    throw new UsageError('a message is either given up or admitted: --discard or --admit');
  }
  if (how === undefined) {
    if (offset !== undefined) throw new UsageError('--offset says which message to --discard or to --admit');
    return { discarded: [], admitted: [] };
  }
  if (offset === undefined) {
    throw new UsageError(`--${how} takes --offset: of one message, or "all"`);
  }
  const one = oneKeyGiven(given, `--${how}`);
  const done = await consumers[how]({ ...one, dryRun, ...(offset === 'all' ? {} : { offset }) });
  if (done.length === 0) {
    throw new NotParkedError(
      `no such message is parked that was not ${how === 'discard' ? 'given up' : 'admitted'} before; bezel-outbox parked --messages lists them`,
    );
  }
  return { discarded: how === 'discard' ? done : [], admitted: how === 'admit' ? done : [] };
}

/** There is no such message, so nothing was asked for. */
class NotParkedError extends Error {
  readonly code = 'NOT_PARKED';
}

function offsetGiven(given: Given): string | undefined {
  return given.text('offset') === 'all' ? 'all' : given.wholeNumber('offset')?.toString();
}

const SHOWN = 10;

function described(messages: Marked, what: string): string[] {
  const shown = messages.slice(0, SHOWN).map(({ partition, offset }) => `${partition}/${offset}`);
  const more = messages.length > SHOWN ? ` and ${messages.length - SHOWN} more` : '';
  return messages.length === 0 ? [] : [`${counted(messages.length, 'message')} ${what}: ${shown.join(', ')}${more}`];
}
