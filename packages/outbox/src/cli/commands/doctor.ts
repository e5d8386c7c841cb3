import { createAdmin } from '../../admin/create-admin.ts';
import type { Finding } from '../../admin/doctor/findings.ts';
import { type Command, EXIT } from '../command.ts';
import { KAFKA_OPTIONS, openKafka } from '../kafka/open.ts';
import { GRANT_TO, grantsGiven } from '../options/grant-to.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe } from '../terminal/table.ts';
import { counted } from '../terminal/words.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks for what breaks a promise, or will: each finding has a code, what it means and what to do',
  details: `It changes nothing. It ends with ${EXIT.found} when it found an error; warnings alone are ${EXIT.done}.`,
  options: [
    { ...GRANT_TO, help: 'look whether this login has its rights; as given to migrate' },
    { name: 'replicas', value: 'n', help: 'how many replicas topics are meant to have (3)' },
    { name: 'inbox-days', value: 'n', help: 'inboxDays of consumers that have not said it themselves yet (7)' },
    ...KAFKA_OPTIONS,
  ],
  async run({ db, schemaName, given, env }) {
    const kafka = await openKafka(given, env);
    const [replicas, inboxDays] = [given.wholeNumber('replicas'), given.wholeNumber('inbox-days')];
    const findings = await createAdmin(db, { schemaName }).doctor({
      grantTo: grantsGiven(given),
      ...(kafka === undefined ? {} : { topics: kafka.topics, offsets: kafka.topics }),
      ...(replicas === undefined ? {} : { replicas }),
      ...(inboxDays === undefined ? {} : { inboxDays }),
    });
    const looked = { topics: kafka !== undefined, grants: given.texts(GRANT_TO.name).length > 0 };
    return {
      document: { looked, findings },
      text: (paint) => doctorText(paint, findings, looked),
      exitCode: findings.some(({ severity }) => severity === 'error') ? EXIT.found : EXIT.done,
    };
  },
};

function doctorText(paint: Paint, findings: readonly Finding[], looked: { topics: boolean; grants: boolean }): string {
  const blind = [
    ...(looked.topics ? [] : ['topics were not looked at: name --brokers']),
    ...(looked.grants ? [] : ['rights were not looked at: name --grant-to']),
  ].map((line) => paint('dim', line));
  const lines = findings.flatMap(({ code, severity, subject, seen, meaning, advice }) => [
    `${paint(severity === 'error' ? 'red' : 'yellow', `${severity} ${code}`)}${subject === '' ? '' : ` ${safe(subject)}`}`,
    `  ${safe(seen)}`,
    `  ${meaning}`,
    `  ${advice}`,
    '',
  ]);
  const verdict = findings.length === 0 ? paint('green', 'nothing found') : counted(findings.length, 'finding');
  return [...lines, verdict, ...blind].join('\n');
}
