import { createAdmin } from '../../admin/create-admin.ts';
import type { OutboxStatus } from '../../admin/look/status.ts';
import type { Command } from '../command.ts';
import { type KafkaLook, lookingAt } from '../kafka/looking.ts';
import { KAFKA_OPTIONS, openKafka } from '../kafka/open.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe, table } from '../terminal/table.ts';
import { counted, size } from '../terminal/words.ts';
import { lagTable, notAsked } from './lag.ts';

export const status: Command = {
  name: 'status',
  summary: 'everything at a glance: shards, relays, what is parked, consumers, the space messages take',
  details: 'With --watch it is shown again and again until it is interrupted; with --json as one document a line.',
  options: [
    { name: 'watch', help: 'a live view' },
    { name: 'every', value: 'seconds', help: 'how often the live view is renewed (2)' },
    ...KAFKA_OPTIONS,
  ],
  everyMs(given) {
    const seconds = given.wholeNumber('every') ?? 2;
    if (seconds < 1) {
      throw new UsageError('--every must be at least one second');
    }
    return given.flag('watch') ? seconds * 1_000 : undefined;
  },
  async run({ db, schemaName, given, env }) {
    const { offsets, look } = lookingAt(await openKafka(given, env));
    const found = await createAdmin(db, { schemaName }).status({ offsets });
    const kafka = look();
    return { document: { ...found, kafka }, text: (paint) => statusText(paint, found, kafka) };
  },
};

function statusText(paint: Paint, found: OutboxStatus, kafka: KafkaLook): string {
  const { server, schema, relays, shards, parked, consumers, slots } = found;
  const behind = schema.version < schema.latest ? paint('yellow', `, this package has ${schema.latest}`) : '';
  return [
    `${found.at}  Postgres ${server.version}${server.standby ? paint('red', ', a standby') : ''}, schema version ${schema.version}${behind}`,
    ...(server.home ? [] : [paint('red', 'this database was moved here from another cluster: bezel-outbox adopt')]),
    '',
    lagTable(paint, shards),
    '',
    ...(relays.length === 0
      ? [paint('yellow', 'no relay')]
      : relays.map(({ id, beats, shards }) => `relay ${id}: ${counted(shards, 'shard')}, ${beats} beats`)),
    parked.keys === 0
      ? 'nothing is parked by relays'
      : paint('red', `relays parked ${counted(parked.keys, 'key')} with ${counted(parked.messages, 'message')}`),
    ...(consumers.length === 0
      ? []
      : [
          '',
          table(
            paint,
            ['group', 'topic', 'partitions', 'lag', 'parked keys', 'moved last'],
            consumers.map(({ groupId, topic, partitions, lag, outOfRange, parkedKeys, movedAt }) => [
              safe(groupId),
              safe(topic),
              partitions,
              outOfRange ? paint('red', `${counted(outOfRange, 'partition')} out of range`) : (lag ?? '-'),
              parkedKeys,
              movedAt,
            ]),
          ),
          ...notAsked(paint, kafka),
        ]),
    '',
    table(
      paint,
      ['slot', 'age in days', 'size'],
      slots.map(({ slot, age, bytes }) => [slot, age, size(bytes)]),
    ),
  ].join('\n');
}
