import type { Mutant } from '../mutant.ts';

const BATCHES = { file: 'src/consumer/batch-handlers.int.test.ts', within: 'a handler of batches, on kafkajs' };
const VERSIONS = { file: 'src/consumer/upcast.int.test.ts', within: 'old versions of an event, on kafkajs' };
const WINDOW = { file: 'src/consumer/inbox-window.int.test.ts', within: 'the window of the inbox, on kafkajs' };
const INBOX_RETENTION = 'migrations/0009_inbox_retention.sql';
const STANDING = {
  file: 'src/consumer/standing.int.test.ts',
  within: 'what could make a partition stand still, on kafkajs',
};
const CLAIM = 'migrations/0010_cheaper_claim.sql';

/** Effects that happen twice, or not at all. */
export const CONSUMING: readonly Mutant[] = [
  {
    name: 'the-inbox-forgets',
    breaks: 'P5',
    file: CLAIM,
    find: 'WHERE (m.ce_time, m.id) IN (SELECT a.ce_time, a.id FROM added AS a)',
    replace: '',
    caughtBy: {
      file: 'src/consumer/consumer.int.test.ts',
      within: 'a consumer on kafkajs',
      test: 'copies of a message have no second effect',
    },
  },
  {
    name: 'the-inbox-forgets-the-source',
    breaks: 'P5',
    file: 'src/consumer/transaction/claim.ts',
    find: 'events.map(rememberedId),',
    replace: 'events.map(({ id }) => id),',
    caughtBy: {
      file: 'src/consumer/transaction/claim.int.test.ts',
      within: 'the claim of a batch',
      test: 'tells two events apart that have the same id and different sources',
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
    file: CLAIM,
    find: 'coalesce(next_offset = expected, false)',
    replace: 'next_offset IS NOT NULL',
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
    find: 'checked(upcasted(data, upcaster, routed), handler.schema,',
    replace: '((made: unknown, ..._: unknown[]) => made)(upcasted(data, upcaster, routed), handler.schema,',
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
  {
    name: 'an-event-from-before-the-window-is-handled',
    breaks: 'P5',
    file: CLAIM,
    find: '(SELECT min(a.ce_time) FROM added AS a) < inbox_from',
    replace: 'false',
    caughtBy: { ...WINDOW, test: 'an event from before it is parked' },
  },
  {
    name: 'ids-inside-the-window-are-removed',
    breaks: 'P5',
    file: INBOX_RETENTION,
    find: 'i.group_id = g.group_id AND i.ce_time >= g.needed_from',
    replace: 'i.group_id = g.group_id AND false',
    caughtBy: { ...WINDOW, test: 'ids from before it are removed and no other' },
  },
  {
    name: 'a-position-made-anew-forgets-what-was-removed',
    breaks: 'P5',
    file: INBOX_RETENTION,
    find: 'SELECT greatest(NEW.inbox_from, f.removed_before)',
    replace: 'SELECT NEW.inbox_from',
    caughtBy: { ...WINDOW, test: 'a position that is made anew, or later' },
  },
  {
    name: 'the-window-closes-over-what-is-parked',
    breaks: 'P4',
    file: CLAIM,
    find: 'CASE WHEN parked OR cardinality',
    replace: 'CASE WHEN cardinality',
    caughtBy: { ...WINDOW, test: 'stays open for what is parked' },
  },
  {
    name: 'an-event-from-the-future-closes-the-window',
    breaks: 'P8',
    file: CLAIM,
    find: 'least(times[cardinality(times)], clock_timestamp())',
    replace: 'times[cardinality(times)]',
    caughtBy: { ...WINDOW, test: 'an event from the future moves it no further' },
  },
  {
    name: 'an-event-given-twice-is-handled-twice',
    breaks: 'P5',
    file: CLAIM,
    find: 'min(m.place)::integer AS place',
    replace: 'unnest(array_agg(m.place))::integer AS place',
    caughtBy: {
      file: 'src/consumer/transaction/claim.int.test.ts',
      within: 'the claim of a batch',
      test: 'says which events are new to the group',
    },
  },
  {
    name: 'a-second-owner-queues-behind-the-first',
    breaks: 'P5',
    file: CLAIM,
    find: '  FOR UPDATE NOWAIT;',
    replace: '  FOR UPDATE;',
    caughtBy: {
      file: 'src/consumer/transaction/claim.int.test.ts',
      within: 'the claim of a batch',
      test: 'by a second owner does not wait for the first',
    },
  },
  {
    name: 'a-batch-that-nobody-bounds',
    breaks: 'P4',
    file: 'src/consumer/transaction/statements.ts',
    find: '.bound_transaction(',
    replace: '.new_id() -- (',
    caughtBy: { ...STANDING, test: 'a statement that does not end is given up with its handler' },
  },
  {
    name: 'a-collision-never-counts',
    breaks: 'P4',
    file: 'src/consumer/lane/collisions.ts',
    find: 'before + 1 >= MOST',
    replace: 'before + 1 >= MOST + 1e9',
    caughtBy: { ...STANDING, test: 'a transaction that collides every time counts as failed in the end' },
  },
  {
    name: 'a-handler-may-commit',
    breaks: 'P5',
    file: 'src/consumer/transaction/handler-transaction.ts',
    find: 'if (controlsTransaction(sql)) {',
    replace: 'if (controlsTransaction(sql) && sql.length > 100) {',
    caughtBy: { ...STANDING, test: 'a handler that would end the transaction is refused' },
  },
  {
    name: 'a-held-position-is-not-told',
    breaks: 'P4',
    file: 'src/consumer/lane/lane.ts',
    find: 'troubles >= HELD_TOLD',
    replace: 'troubles >= HELD_TOLD + 1e9',
    caughtBy: { ...STANDING, test: 'a position that somebody else keeps locked is reported' },
  },
  {
    name: 'a-day-that-does-not-exist',
    breaks: 'P4',
    file: 'src/consumer/message/event-time.ts',
    find: 'return date.getUTCMonth() === Number(month) - 1;',
    replace: 'return !Number.isNaN(date.getTime());',
    caughtBy: { ...STANDING, test: 'headers that Postgres could not take park their key' },
  },
  {
    name: 'a-value-postgres-refuses-is-taken-for-an-outage',
    breaks: 'P4',
    file: 'src/consumer/transaction/outcome.ts',
    find: 'UNACCEPTABLE.test(state) ? ',
    replace: "UNACCEPTABLE.test(state) && state === '' ? ",
    caughtBy: {
      file: 'src/consumer/transaction/outcome.spec.ts',
      within: 'what an error means for the batch',
      test: 'out of a statement of the consumer: a time Postgres does not know',
      title: 'out of a statement of the consumer: %s',
    },
  },
];
