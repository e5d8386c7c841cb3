import type { Mutant } from '../mutant.ts';

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
];
