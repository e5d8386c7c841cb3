import { createAdmin } from '../../admin/create-admin.ts';
import type { Command } from '../command.ts';
import { CHOICE_OPTIONS, choiceGiven } from '../options/choice.ts';
import { DRY_RUN } from '../options/dry-run.ts';
import { UsageError } from '../options/usage-error.ts';
import { table } from '../terminal/table.ts';
import { counted } from '../terminal/words.ts';

export const replay: Command = {
  name: 'replay',
  summary: 'has published messages that are still in the table sent once more',
  details: [
    'They keep their ids: consumers with an inbox pass over those they handled. It needs a topic, a key, a shard or a time,',
    'or --all. The relays do it; bezel-outbox lag shows how far they are. New messages of the same shard wait meanwhile.',
  ].join('\n'),
  options: [...CHOICE_OPTIONS, { name: 'all', help: 'everything in the table' }, DRY_RUN],
  async run({ db, schemaName, given }) {
    const choice = choiceGiven(given);
    const dryRun = given.flag('dry-run');
    if ((Object.keys(choice).length === 0) !== given.flag('all')) {
      throw new UsageError('replay takes what is to be sent again, or --all');
    }
    const done = await createAdmin(db, { schemaName }).replay({ ...choice, dryRun });
    return {
      document: done,
      text: (paint) =>
        [
          paint('bold', `${counted(done.messages, 'message')} ${dryRun ? 'would go' : 'will go'} out again`),
          ...(done.others > 0 ? [`and ${done.others} that lie between`] : []),
          ...(done.shards.length === 0
            ? []
            : [
                table(
                  paint,
                  ['shard', 'messages', 'others', 'from', 'to'],
                  done.shards.map(({ shard, messages, others, from, to }) => [shard, messages, others, from, to]),
                ),
              ]),
        ].join('\n'),
    };
  },
};
