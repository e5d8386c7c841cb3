import { createAdmin } from '../../admin/create-admin.ts';
import type { ShardAdoption } from '../../admin/rewind/adopt.ts';
import type { Command } from '../command.ts';
import { DRY_RUN } from '../options/dry-run.ts';

export const adopt: Command = {
  name: 'adopt',
  summary: 'makes a database that was restored or copied to another cluster fit to be published',
  details: [
    'It raises sequences that are behind and takes the identity of the cluster, so that relays run again. Before anything',
    'writes; it needs the login that owns the schema. Where nothing is wrong it changes nothing.',
  ].join('\n'),
  options: [DRY_RUN],
  async run({ db, schemaName, given }) {
    const dryRun = given.flag('dry-run');
    const done = await createAdmin(db, { schemaName }).adopt({ dryRun });
    return {
      document: done,
      text: (paint) => {
        const cluster = done.moved ? `${dryRun ? 'would be' : 'is'} adopted by this cluster` : 'is of this cluster';
        const nothing = !done.moved && done.shards.length === 0 ? ', and nothing is behind' : '';
        return [paint('bold', `the outbox ${cluster}${nothing}`), ...done.shards.map(described)].join('\n');
      },
    };
  },
};

function described({ shard, raised, again, fromBeginning }: ShardAdoption): string {
  const parts = [
    ...(raised === null ? [] : [`sequence raised from ${raised.from} to ${raised.to}`]),
    ...(again === null ? [] : [`numbers ${again.from} to ${again.to} go out again`]),
    ...(fromBeginning ? ['published from the beginning'] : []),
  ];
  return `  shard ${shard}: ${parts.join(', ')}`;
}
