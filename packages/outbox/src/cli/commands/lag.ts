import { createAdmin } from '../../admin/create-admin.ts';
import type { ShardLag } from '../../admin/look/lag.ts';
import type { Command } from '../command.ts';
import type { Paint } from '../terminal/paint.ts';
import { table } from '../terminal/table.ts';
import { span } from '../terminal/words.ts';

export const lag: Command = {
  name: 'lag',
  summary: 'how far each shard is published, and since when its oldest message waits',
  options: [],
  async run({ db, schemaName }) {
    const shards = await createAdmin(db, { schemaName }).lag();
    return { document: { shards }, text: (paint) => lagTable(paint, shards) };
  },
};

export const lagTable = (paint: Paint, shards: readonly ShardLag[]): string =>
  table(
    paint,
    ['shard', 'waiting', 'gaps', 'published to', 'drawn', 'oldest waits', 'relay'],
    shards.map(({ shard, waiting, gaps, cursor, drawn, oldestAt, oldestSeconds, owner }) => [
      shard,
      waiting,
      gaps,
      cursor,
      drawn,
      oldestAt === null ? '-' : span(oldestSeconds),
      owner ?? paint('yellow', 'nobody'),
    ]),
  );
