import { createAdmin } from '../../admin/create-admin.ts';
import type { VerifiedMessage, VerifyReport } from '../../admin/verify/report.ts';
import { type Command, EXIT } from '../command.ts';
import { KAFKA_OPTIONS, openKafka } from '../kafka/open.ts';
import { CHOICE_OPTIONS, choiceGiven } from '../options/choice.ts';
import { UsageError } from '../options/usage-error.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe } from '../terminal/table.ts';
import { counted } from '../terminal/words.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'compares what was written with what is on the topics: what is missing, doubled, or of lost commits',
  details: [
    'It reads the topics from their beginnings, in a consumer group of its own, and compares what is still in the table. It',
    `ends with ${EXIT.found} when a message is missing, or is on a topic and not in the table. Doubled ones are allowed.`,
  ].join('\n'),
  options: [
    ...CHOICE_OPTIONS,
    { name: 'limit', value: 'n', help: 'the most messages to compare (1000000)' },
    ...KAFKA_OPTIONS,
  ],
  async run({ db, schemaName, given, env }) {
    const [choice, limit] = [choiceGiven(given), given.wholeNumber('limit')];
    const kafka = await openKafka(given, env);
    if (kafka === undefined) {
      throw new UsageError('verify reads topics: name --brokers, or set KAFKA_BROKERS');
    }
    await kafka.topics.describe([]); // brokers that cannot be reached are told of at once, not when patience ends
    const report = await createAdmin(db, { schemaName }).verify({
      ...choice,
      ...kafka,
      ...(limit === undefined ? {} : { limit }),
    });
    return {
      document: report,
      text: (paint) => reportText(paint, report),
      exitCode: report.missing.count + report.surplus.count > 0 ? EXIT.found : EXIT.done,
    };
  },
};

const SHOWN = 10;

function reportText(paint: Paint, report: VerifyReport): string {
  const { topics, published, waiting, parked, missing, unknown, doubled, surplus } = report;
  const list = (title: string, { count, first }: { count: number; first: readonly VerifiedMessage[] }): string[] =>
    count === 0
      ? []
      : [
          title,
          ...first.slice(0, SHOWN).map(({ id, topic, key, shard, seq, writtenAt }) => {
            return `  ${safe(id)}  ${safe(topic)} ${safe(key)}  shard ${shard} number ${seq}, written ${safe(writtenAt)}`;
          }),
          ...(count > SHOWN ? [`  and ${count - SHOWN} more`] : []),
        ];
  return [
    `${counted(published, 'published message')} of ${counted(topics.length, 'topic')} looked for`,
    ...(waiting + parked > 0 ? [`not looked for: ${waiting} that wait, ${parked} that are parked`] : []),
    ...list(paint('red', `${missing.count} missing`), missing),
    ...list(paint('red', `${surplus.count} on a topic and not in the table`), surplus),
    ...list(
      paint('yellow', `${unknown.count} not there, and old enough to be removed by the topic's retention`),
      unknown,
    ),
    ...list(`${doubled.count} more than once, which is allowed`, doubled),
    ...(missing.count + surplus.count === 0 ? [paint('green', 'nothing is missing')] : []),
  ].join('\n');
}
