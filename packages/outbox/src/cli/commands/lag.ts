import { createAdmin } from '../../admin/create-admin.ts';
import type { ConsumerLag } from '../../admin/look/consumer-lag.ts';
import type { ShardLag } from '../../admin/look/lag.ts';
import type { Command } from '../command.ts';
import { type KafkaLook, lookingAt } from '../kafka/looking.ts';
import { KAFKA_OPTIONS, openKafka } from '../kafka/open.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe, table } from '../terminal/table.ts';
import { span } from '../terminal/words.ts';

export const lag: Command = {
  name: 'lag',
  summary: 'how far each shard is published, and each consumer group has come in each partition',
  details: [
    'Consumers are looked at where their positions are: in this database. How far a topic goes on behind them Kafka knows;',
    'without --brokers it is not asked.',
  ].join('\n'),
  options: KAFKA_OPTIONS,
  async run({ db, schemaName, given, env }) {
    const admin = createAdmin(db, { schemaName });
    const { offsets, look } = lookingAt(await openKafka(given, env));
    const shards = await admin.lag();
    const consumers = await admin.consumers.lag(offsets);
    const kafka = look();
    return {
      document: { shards, consumers, kafka },
      text: (paint) =>
        [
          lagTable(paint, shards),
          ...(consumers.length === 0 ? [] : ['', consumersTable(paint, consumers), ...notAsked(paint, kafka)]),
        ].join('\n'),
    };
  },
};

function consumersTable(paint: Paint, consumers: readonly ConsumerLag[]): string {
  return table(
    paint,
    ['group', 'topic', 'partition', 'position', 'end', 'lag', 'parked keys', 'moved last'],
    consumers.map((each) => [
      safe(each.groupId),
      safe(each.topic),
      each.partition,
      each.position === null ? '-' : Number(each.position),
      each.end === null ? '-' : Number(each.end),
      each.outOfRange ? paint('red', 'out of range') : (each.lag ?? '-'),
      each.parkedKeys,
      each.movedAt ?? paint('yellow', 'nobody was there yet'),
    ]),
  );
}

/** Why no lag of consumers is shown, if none is. */
export function notAsked(paint: Paint, { asked, trouble }: KafkaLook): string[] {
  if (trouble !== null) {
    return [paint('red', `the ends of topics are not known: ${safe(trouble)}`)];
  }
  return asked ? [] : [paint('dim', 'the ends of topics were not looked at: name --brokers')];
}

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
