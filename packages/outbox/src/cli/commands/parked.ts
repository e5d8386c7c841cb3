import type { ConsumerParkedKeyStatus, ConsumerParkedMessage } from '../../admin/consumers.ts';
import { createAdmin, type ParkedKeyStatus } from '../../admin/create-admin.ts';
import { type Command, EXIT } from '../command.ts';
import { KEY_OPTIONS, keyGiven, oneKeyGiven } from '../options/parked-key.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe, table } from '../terminal/table.ts';
import { size } from '../terminal/words.ts';

export const parked: Command = {
  name: 'parked',
  summary: 'keys held back by relays, because Kafka refused a message, and by consumers, because a handler did',
  details: [
    'With --messages the messages of one key that a consumer group parked, in order: --group, --topic and --key name it.',
    `It ends with ${EXIT.found} when anything is parked.`,
  ].join('\n'),
  options: [
    ...KEY_OPTIONS,
    { name: 'group', value: 'id', help: 'of this consumer group only' },
    { name: 'messages', help: 'the messages as well, of one key of a consumer group' },
    { name: 'limit', value: 'n', help: 'the most messages to show (100)' },
  ],
  async run({ db, schemaName, given }) {
    const admin = createAdmin(db, { schemaName });
    const [topic, key, groupId] = [given.text('topic'), given.text('key'), given.text('group')];
    const one = given.flag('messages') ? oneKeyGiven(given, '--messages') : undefined;
    const limit = given.wholeNumber('limit');
    const relay = groupId === undefined ? (await admin.parked()).filter((row) => isMeant(row, { topic, key })) : [];
    const consumers = await admin.consumers.parked({
      ...(groupId === undefined ? {} : { groupId }),
      ...(topic === undefined ? {} : { topic }),
      ...keyGiven(given),
    });
    const messages =
      one === undefined
        ? []
        : (await admin.consumers.messages({ ...one, ...(limit === undefined ? {} : { limit }) })).map(shown);
    return {
      document: { relay, consumers, ...(one === undefined ? {} : { messages }) },
      text: (paint) => parkedText(paint, relay, consumers, messages),
      exitCode: relay.length + consumers.length > 0 ? EXIT.found : EXIT.done,
    };
  },
};

/** Whether a row is of the topic and key that were asked for, if any. */
export const isMeant = (
  row: { readonly topic: string; readonly key: string },
  { topic, key }: { topic: string | undefined; key: string | undefined },
): boolean => (topic === undefined || row.topic === topic) && (key === undefined || row.key === key);

/** Two keys that are not UTF-8 may look the same as text. */
export const shownKey = ({ key, keyBase64 }: Pick<ConsumerParkedKeyStatus, 'key' | 'keyBase64'>): string =>
  keyBase64 === null ? key : `base64:${keyBase64}`;

/** A parked message as JSON has it. Names of headers may repeat, so they stay pairs; a value is read as UTF-8. */
function shown({ value, headers, ...message }: ConsumerParkedMessage) {
  const header = (name: string): string | null => headers.find(([found]) => found === name)?.[1] ?? null;
  const text = value?.toString('utf8') ?? null;
  return { ...message, id: header('ce_id'), type: header('ce_type'), time: header('ce_time'), value: text, headers };
}

function parkedText(
  paint: Paint,
  relay: readonly ParkedKeyStatus[],
  consumers: readonly ConsumerParkedKeyStatus[],
  messages: readonly ReturnType<typeof shown>[],
): string {
  if (relay.length + consumers.length === 0) {
    return 'nothing is parked';
  }
  const keys = table(
    paint,
    ['where', 'topic', 'key', 'messages', 'since', 'reason'],
    [
      ...relay.map((row) => ({ where: 'relay', ...row })),
      ...consumers.map((row) => ({ where: row.groupId, ...row, key: shownKey(row) })),
    ].map(({ where, topic, key, messages: count, parkedAt, reason, redrive }) => [
      safe(where),
      safe(topic),
      safe(key),
      count,
      parkedAt,
      `${safe(reason)}${redrive ? paint('dim', ' (asked to go again)') : ''}`,
    ]),
  );
  if (messages.length === 0) {
    return keys;
  }
  const rows = messages.map(({ partition, offset, id, type, time, value, discarded, admitted }) => [
    partition,
    Number(offset),
    safe(id ?? '-'),
    safe(type ?? '-'),
    safe(time ?? '-'),
    value === null ? '-' : size(Buffer.byteLength(value)),
    [...(discarded ? ['given up'] : []), ...(admitted ? ['admitted'] : [])].join(', '),
  ]);
  return `${keys}\n\n${table(paint, ['partition', 'offset', 'id', 'type', 'time', 'size', ''], rows)}`;
}
