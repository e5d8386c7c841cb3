import { createAdmin } from '../../admin/create-admin.ts';
import type { Command } from '../command.ts';
import { DRY_RUN } from '../options/dry-run.ts';
import { UsageError } from '../options/usage-error.ts';
import { safe } from '../terminal/table.ts';
import { counted } from '../terminal/words.ts';
import { isMeant, KEY_OPTIONS } from './parked.ts';

export const redrive: Command = {
  name: 'redrive',
  summary: 'asks relays to send, or consumers to handle, what is parked once more',
  details: [
    'With --group it is about what that consumer group parked, else about what relays parked. The messages of a key go in',
    'their order, and what comes meanwhile goes after them. One that is refused again leaves its key parked.',
  ].join('\n'),
  options: [
    ...KEY_OPTIONS,
    { name: 'group', value: 'id', help: 'what this consumer group parked' },
    { name: 'all', help: 'everything, where no topic and no key is named' },
    DRY_RUN,
  ],
  async run({ db, schemaName, given }) {
    const admin = createAdmin(db, { schemaName });
    const [topic, key, groupId] = [given.text('topic'), given.text('key'), given.text('group')];
    const dryRun = given.flag('dry-run');
    if ((topic === undefined && key === undefined) !== given.flag('all')) {
      throw new UsageError('redrive takes --topic or --key or both, or --all');
    }
    const which = { ...(topic === undefined ? {} : { topic }), ...(key === undefined ? {} : { key }) };
    let keys: readonly { readonly topic: string; readonly key: string }[];
    if (groupId === undefined) {
      keys = dryRun ? (await admin.parked()).filter((row) => isMeant(row, { topic, key })) : await admin.redrive(which);
    } else {
      const ofGroup = { ...which, groupId };
      keys = dryRun ? await admin.consumers.parked(ofGroup) : await admin.consumers.redrive(ofGroup);
    }
    const named = keys.map((row) => ({ topic: row.topic, key: row.key }));
    return {
      document: { dryRun, keys: named },
      text: (paint) =>
        [
          paint('bold', `${dryRun ? 'would ask for' : 'asked for'} ${counted(named.length, 'key')}`),
          ...named.map((row) => `  ${safe(row.topic)} ${safe(row.key)}`),
        ].join('\n'),
    };
  },
};
