import type { Mutant } from '../mutant.ts';

const BATCHES = { file: 'src/consumer/batch-handlers.int.test.ts', within: 'a handler of batches, on kafkajs' };
const VERSIONS = { file: 'src/consumer/upcast.int.test.ts', within: 'old versions of an event, on kafkajs' };
const STATEMENTS = 'src/consumer/transaction/statements.ts';

/** Effects that happen twice, or not at all. */
export const CONSUMING: readonly Mutant[] = [
  {
    name: 'the-inbox-forgets',
    breaks: 'P5',
    file: STATEMENTS,
    find: 'FROM message JOIN fresh USING (ce_time, id) ORDER BY place',
    replace: 'FROM message ORDER BY place',
    caughtBy: {
      file: 'src/consumer/consumer.int.test.ts',
      within: 'a consumer on kafkajs',
      test: 'copies of a message have no second effect',
    },
  },
  {
    name: 'offset-committed-before-the-effects',
    breaks: 'P5',
    file: 'src/consumer/transaction/run-work.ts',
    find: '    await failpoint(FAILPOINTS.consumerClaimed);\n',
    replace:
      "    await client.query('COMMIT');\n    await client.query('BEGIN');\n    await failpoint(FAILPOINTS.consumerClaimed);\n",
    caughtBy: {
      file: 'src/consumer/kill.int.test.ts',
      within: 'SIGKILL of a consumer on kafkajs',
      test: 'at consumer.claimed: every effect exists once, in order',
      title: 'every effect exists once, in order',
    },
  },
  {
    name: 'position-moved-wherever-it-is',
    breaks: 'P5',
    file: STATEMENTS,
    find: ' AND held.next_offset = $4::bigint',
    replace: '',
    caughtBy: {
      file: 'src/consumer/ownership.int.test.ts',
      within: 'who owns a partition, on kafkajs',
      test: 'three consumers that all believe they own it',
    },
  },
  {
    name: 'an-event-joins-a-call-ahead-of-its-key',
    breaks: 'P2',
    file: 'src/consumer/message/calls.ts',
    find: 'open >= (latestOfKey.get(key) ?? 0)',
    replace: 'open >= 0',
    caughtBy: { ...BATCHES, test: 'and one of single events keep the order of each key between them' },
  },
  {
    name: 'a-batch-that-fails-blames-its-last-event',
    breaks: 'P4',
    file: 'src/consumer/message/call-handler.ts',
    find: '        blame(null);\n',
    replace: '',
    caughtBy: { ...BATCHES, test: 'that fails is given less until the event at fault stands alone' },
  },
  {
    name: 'what-an-upcaster-makes-is-not-checked',
    breaks: 'P4',
    file: 'src/consumer/message/receive.ts',
    find: 'data: await checked(current, handler.schema, data),',
    replace: 'data: upcaster === null ? await checked(current, handler.schema, data) : current,',
    caughtBy: { ...VERSIONS, test: 'park their key when either schema refuses them' },
  },
  {
    name: 'an-unknown-version-is-passed-over',
    breaks: 'P4',
    file: 'src/consumer/message/route.ts',
    find: 'isVersion ? unknown.versions : unknown.events',
    replace: 'unknown.events',
    caughtBy: { ...VERSIONS, test: 'a version that nobody knows is parked' },
  },
];
