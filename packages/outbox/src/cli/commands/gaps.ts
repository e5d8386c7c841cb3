import { createAdmin } from '../../admin/create-admin.ts';
import type { GapHolder, ShardGaps } from '../../admin/look/gaps.ts';
import type { Command } from '../command.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe } from '../terminal/table.ts';
import { counted, span } from '../terminal/words.ts';

export const gaps: Command = {
  name: 'gaps',
  summary: 'numbers missing below what is published, and the open transactions that hold them',
  details: 'A gap delays nobody. It is closed when the transactions that could fill it have ended.',
  options: [],
  async run({ db, schemaName }) {
    const shards = await createAdmin(db, { schemaName }).gaps();
    return {
      document: { shards },
      text: (paint) => (shards.length === 0 ? 'no gaps' : shards.map((shard) => described(paint, shard)).join('\n')),
    };
  },
};

const RANGES_SHOWN = 5;

function described(paint: Paint, { shard, ranges, holders }: ShardGaps): string {
  const shown = ranges.slice(0, RANGES_SHOWN).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  const more = ranges.length > RANGES_SHOWN ? ` and ${ranges.length - RANGES_SHOWN} more` : '';
  const missing = ranges.length === 0 ? 'nothing missing' : `missing ${shown.join(', ')}${more}`;
  const lines = holders.map((holder) => `  ${holderText(holder)}`);
  return [paint('bold', `shard ${shard}: ${missing}, ${counted(holders.length, 'open transaction')}`), ...lines].join(
    '\n',
  );
}

function holderText({ pid, prepared, login, application, state, seconds }: GapHolder): string {
  const who = prepared === null ? `session ${pid}` : `prepared transaction '${safe(prepared)}'`;
  const details = [login, application, state]
    .filter((text) => text !== null && text !== '')
    .map((text) => safe(text ?? ''));
  const open =
    seconds === null ? 'since when it is open only members of pg_read_all_stats may see' : `open for ${span(seconds)}`;
  return [who, ...details, open].join(', ');
}
