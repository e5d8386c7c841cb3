import type { ConsumerParkedKeyStatus } from '../../admin/consumers.ts';
import { createAdmin, type ParkedKeyStatus } from '../../admin/create-admin.ts';
import { type Command, EXIT } from '../command.ts';
import type { OptionSpec } from '../options/parse.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe, table } from '../terminal/table.ts';

/** Which keys are meant; `parked` and `redrive` take the same. */
export const KEY_OPTIONS: readonly OptionSpec[] = [
  { name: 'topic', value: 'name', help: 'of this topic only' },
  { name: 'key', value: 'text', help: 'of this key only' },
];

export const parked: Command = {
  name: 'parked',
  summary: 'keys held back by relays, because Kafka refused a message, and by consumers, because a handler did',
  details: `It ends with ${EXIT.found} when anything is parked.`,
  options: [...KEY_OPTIONS, { name: 'group', value: 'id', help: 'of this consumer group only' }],
  async run({ db, schemaName, given }) {
    const admin = createAdmin(db, { schemaName });
    const [topic, key, groupId] = [given.text('topic'), given.text('key'), given.text('group')];
    const relay = groupId === undefined ? (await admin.parked()).filter((row) => isMeant(row, { topic, key })) : [];
    const consumers = await admin.consumers.parked({
      ...(groupId === undefined ? {} : { groupId }),
      ...(topic === undefined ? {} : { topic }),
      ...(key === undefined ? {} : { key }),
    });
    return {
      document: { relay, consumers },
      text: (paint) => parkedText(paint, relay, consumers),
      exitCode: relay.length + consumers.length > 0 ? EXIT.found : EXIT.done,
    };
  },
};

/** Whether a row is of the topic and key that were asked for, if any. */
export const isMeant = (
  row: { readonly topic: string; readonly key: string },
  { topic, key }: { topic: string | undefined; key: string | undefined },
): boolean => (topic === undefined || row.topic === topic) && (key === undefined || row.key === key);

function parkedText(
  paint: Paint,
  relay: readonly ParkedKeyStatus[],
  consumers: readonly ConsumerParkedKeyStatus[],
): string {
  if (relay.length + consumers.length === 0) {
    return 'nothing is parked';
  }
  return table(
    paint,
    ['where', 'topic', 'key', 'messages', 'since', 'reason'],
    [
      ...relay.map((row) => ({ where: 'relay', ...row })),
      ...consumers.map((row) => ({ where: row.groupId, ...row })),
    ].map(({ where, topic, key, messages, parkedAt, reason, redrive }) => [
      safe(where),
      safe(topic),
      safe(key),
      messages,
      parkedAt,
      `${safe(reason)}${redrive ? paint('dim', ' (asked to go again)') : ''}`,
    ]),
  );
}
