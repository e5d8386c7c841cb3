import type { Mutant } from '../mutant.ts';

const PARKING = { file: 'src/consumer/parking/parking.int.test.ts', within: 'an event that keeps failing, on kafkajs' };
const REDRIVE = { file: 'src/consumer/parking/redrive.int.test.ts', within: 'a redrive, on kafkajs' };
const CRASHES = {
  file: 'src/consumer/parking/crashes.int.test.ts',
  within: 'an event that kills its consumer, on kafkajs',
};
const FAILING = { file: 'src/consumer/lane/failing.spec.ts', within: 'a message that fails' };
const ANEW = { file: 'src/consumer/topic-made-anew.int.test.ts', within: 'a topic that is made anew, on kafkajs' };
const SQL = 'src/consumer/parking/parking.sql.ts';
const STATEMENTS = 'src/consumer/parking/statements.int.test.ts';
const WAITING = 'is another one than an event that waits to be tried again when the process is killed';
const LIVE = 'handles what is parked in order while new messages of the key arrive';

/** Keys of which a consumer cannot handle an event. */
export const CONSUMER_PARKING: readonly Mutant[] = [
  {
    name: 'what-follows-a-parked-event-is-handled',
    breaks: 'P2',
    file: 'src/consumer/transaction/batch.ts',
    find: 'claim.parked || condemned !== null',
    replace: 'condemned !== null',
    caughtBy: { ...PARKING, test: 'parks its key and all that follows on it' },
  },
  {
    name: 'a-parked-event-stops-its-partition',
    breaks: 'P4',
    file: 'src/consumer/lane/failing.ts',
    find: "(verdict === 'retry' && counted >= policy.attempts)",
    replace: 'false',
    caughtBy: { ...PARKING, test: 'parks its key and all that follows on it' },
  },
  {
    name: 'condemned-by-the-fault-of-another',
    breaks: 'P4',
    file: 'src/consumer/lane/failing.ts',
    find: 'const condemned = alone && ',
    replace: 'const condemned = ',
    caughtBy: { ...FAILING, test: 'is not condemned by a batch it was in' },
  },
  {
    name: 'a-position-made-anew-forgets-what-is-parked',
    breaks: 'P2',
    file: 'src/consumer/transaction/statements.ts',
    find: 'SELECT $1, $2, partition, next_offset, $5, $6::interval, EXISTS (',
    replace: 'SELECT $1, $2, partition, next_offset, $5, $6::interval, NOT EXISTS (',
    caughtBy: { ...PARKING, test: 'parks its key once, in a position that was turned back as well' },
  },
  {
    name: 'parked-events-come-back-out-of-order',
    breaks: 'P2',
    file: SQL,
    find: 'ORDER BY "offset" FOR UPDATE',
    replace: 'ORDER BY "offset" DESC FOR UPDATE',
    caughtBy: { ...REDRIVE, test: 'stops at the next message that fails, with those before it done' },
  },
  {
    name: 'what-is-new-overtakes-what-is-brought-back',
    breaks: 'P2',
    file: SQL,
    find: 'AND key_digest = ANY (',
    replace: 'AND NOT redrive AND key_digest = ANY (',
    caughtBy: { ...REDRIVE, test: LIVE },
  },
  {
    name: 'a-redrive-handles-what-was-handled',
    breaks: 'P5',
    file: 'src/consumer/parking/redrive.ts',
    find: '  const handled = fresh.flatMap(',
    replace: '  const handled = [...events.keys()].flatMap(',
    caughtBy: { ...REDRIVE, test: 'and the parking before it survive SIGKILL at every step' },
  },
  {
    name: 'a-copy-of-what-was-discarded-is-handled',
    breaks: 'P5',
    file: 'src/consumer/parking/redrive.ts',
    find: "    routed.kind === 'handle' ? [{ place",
    replace: "    routed.kind === 'handle' && !discarded ? [{ place",
    caughtBy: { ...REDRIVE, test: 'passes over what was discarded' },
  },
  {
    name: 'who-left-in-peace-is-suspected',
    breaks: 'P4',
    file: 'src/consumer/parking/doubt.sql.ts',
    find: 'SET owner = nullif(owner, $4::uuid), tried_by',
    replace: 'SET tried_by',
    caughtBy: { ...CRASHES, test: 'is not suspected by a successor of one that left in peace, however often' },
  },
  {
    name: 'whoever-believes-to-own-a-partition-counts-crashes',
    breaks: 'P4',
    file: 'src/consumer/parking/doubt.sql.ts',
    find: ' AND owner = $4::uuid\nRETURNING crashes`',
    replace: '\nRETURNING crashes`',
    caughtBy: {
      file: 'src/consumer/parking/doubt.int.test.ts',
      test: 'of two that believe to own a partition only the one that began last writes down its tries',
    },
  },
  {
    name: 'an-event-is-blamed-for-a-kill-while-it-waits',
    breaks: 'P4',
    file: 'src/consumer/lane/lane.ts',
    find: 'if (suspected && isOver(',
    replace: 'if (!suspected && isOver(',
    caughtBy: { ...CRASHES, test: WAITING },
  },
  {
    name: 'a-redrive-is-blamed-for-a-kill-while-it-waits',
    breaks: 'P4',
    file: 'src/consumer/lane/redriving.ts',
    find: 'await doubt.redriveReturned(partition, key).catch(observer.databaseFailed);',
    replace: '',
    caughtBy: { ...CRASHES, test: WAITING },
  },
  {
    name: 'an-asynchronous-judge-stops-its-partition',
    breaks: 'P4',
    file: 'src/consumer/parking/policy.ts',
    find: "return verdict === 'park' || verdict === 'wait' ? verdict : 'retry';",
    replace: 'return verdict as FailureVerdict;',
    caughtBy: { file: 'src/consumer/parking/policy.spec.ts', test: 'one that throws, or answers something else' },
  },
  {
    name: 'two-crashes-are-enough',
    breaks: 'P4',
    file: 'src/consumer/parking/doubt.ts',
    find: 'export const CRASHES = 3;',
    replace: 'export const CRASHES = 2;',
    caughtBy: { ...CRASHES, test: 'is parked when it has killed three in its midst' },
  },
  {
    name: 'a-redrive-that-waits-holds-up-its-partition',
    breaks: 'P4',
    file: 'src/consumer/lane/redriving.ts',
    find: '      notYet.map(({ key }) => key),',
    replace: '      [],',
    caughtBy: { ...REDRIVE, test: 'lets a key wait whose message needs something that is away' },
  },
  {
    name: 'a-redrive-takes-any-number-of-bytes',
    breaks: 'P4',
    file: SQL,
    find: 'WHERE ahead = 0 OR ahead + bytes <= $6',
    replace: 'WHERE ahead = 0 OR $6::int > 0',
    caughtBy: { file: STATEMENTS, test: 'what a redrive takes at once is bounded by number and by bytes' },
  },
  {
    name: 'another-message-at-the-offset-of-a-parked-one-is-dropped',
    breaks: 'P1',
    file: SQL,
    find: 'WHERE p.value IS DISTINCT FROM m.value\n',
    replace: 'WHERE false\n',
    caughtBy: { file: STATEMENTS, test: 'a message that lies there is not stored again' },
  },
  {
    name: 'a-message-that-cannot-be-parked-is-passed-over',
    breaks: 'P1',
    file: 'src/consumer/transaction/batch.ts',
    find: 'if (refused !== null) {',
    replace: 'if (false) {',
    caughtBy: { ...ANEW, test: 'brings another message at the offset of a parked one' },
  },
  {
    name: 'a-topic-made-anew-is-taken-for-the-old-one',
    breaks: 'P1',
    file: 'src/consumer/opening.ts',
    find: 'if (!anew && position.offset',
    replace: 'if (position.offset',
    caughtBy: {
      ...ANEW,
      within: 'a longer topic that is made anew, on platformatic',
      test: 'is another one: nothing of it is passed over',
    },
  },
  {
    name: 'a-key-that-is-no-text-is-taken-for-another',
    breaks: 'P4',
    file: 'src/admin/consumers.ts',
    find: "keyBase64: isUtf8(key) ? null : key.toString('base64'),",
    replace: 'keyBase64: null,',
    caughtBy: { file: 'src/cli/parked.int.test.ts', test: 'keys that are no text are told apart' },
  },
  {
    name: 'an-event-in-doubt-is-not-tried-alone',
    breaks: 'P4',
    file: 'src/consumer/lane/slots.ts',
    find: 'const slots = alone ? count : 1;',
    replace: 'const slots = alone ? 1 : 1;',
    caughtBy: {
      file: 'src/consumer/lane/slots.spec.ts',
      within: 'slots',
      test: 'who wants to be alone waits for all others',
    },
  },
];
