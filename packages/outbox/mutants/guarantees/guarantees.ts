import type { Guarantee } from './guarantee.ts';

/** The ten promises, in the order of their numbers. */
export const GUARANTEES: readonly Guarantee[] = [
  {
    promise: 'P1',
    title: 'What is committed is published',
    says: 'A message whose transaction was committed is published at least once: after kills, crashes, restarts, outages of Kafka or Postgres, hand-overs and promotions. One that was rolled back is never published.',
    because:
      'The message is a row of the transaction. A relay reads by number and remembers the numbers that are missing; it forgets one only with proof that no transaction can still bring it. What it remembers is stored only after the brokers have answered, and is dropped when the server may have gone back.',
    argument: 'reading.md#the-argument',
    also: [
      {
        file: 'src/relay/create-relay.int.test.ts',
        test: 'killed again and again',
      },
      { file: 'src/relay/outage.int.test.ts', test: 'whose Kafka goes away' },
      { file: 'src/relay/outage.int.test.ts', test: 'a relay whose Postgres goes away' },
    ],
  },
  {
    promise: 'P2',
    title: 'The order of a key holds',
    says: 'First copies of the messages of one topic and key arrive in the order of their transactions, when one was committed before the other was written, and in written order within a transaction. Repeats carry the same id. For writers that overlap there is `serializeKey`.',
    because:
      'A key is in one shard, a shard has one owner and one send under way, and a read is one statement, so one snapshot. What fails or is parked holds back all that follows with its key.',
    argument: 'reading.md#the-argument',
  },
  {
    promise: 'P3',
    title: 'An open transaction delays nobody else',
    says: 'A transaction that stays open, prepared ones included, delays its own messages alone.',
    because:
      'A missing number is a gap that is looked at again, not a place to stop at. Rows behind it are read and sent.',
    argument: 'reading.md#what-a-read-is',
  },
  {
    promise: 'P4',
    title: 'A message that is refused stops its own key alone',
    says: 'What Kafka refuses for good, or a consumer cannot handle, is parked with all that follows on its key, visibly. Other keys go on. A redrive brings it back in order.',
    because:
      'Messages of a parked key go to a table of their own, in the transaction that moves the position past them, so nothing is between the two places.',
    argument: 'consuming.md#what-parks-and-what-does-not',
  },
  {
    promise: 'P5',
    title: 'Effects happen once',
    says: 'What a handler does through the transaction it is given happens once, within the window of the inbox. An older message is parked, never handled blindly. Calls to other systems are made at least once.',
    because:
      'The ids of handled messages, the effects and the position are one transaction. Who moves the position has to find it where it was, so of two owners of a partition one is rolled back.',
    argument: 'consuming.md#why-nothing-is-done-twice-or-lost',
  },
  {
    promise: 'P6',
    title: 'Messages are removed by whole slots, when all of them were published',
    says: 'Relays and consumers never update or delete a message row. Retention empties a whole partition of the table, and never one with a row that was not published.',
    because:
      'Retention looks for itself under the lock that keeps writers out, in a new snapshot, and gives up when the lock is not free at once.',
  },
  {
    promise: 'P7',
    title: 'The cost is flat',
    says: 'A backlog, a long history, an open transaction with many rows, or many gaps change throughput and memory little.',
    because:
      'A read has limits of rows and bytes. A gap whose holder goes on is left out of reads. What does not fit in memory stays in the table. What it costs is measured: bench/RESULTS.md, "backlog".',
    argument: 'reading.md#memory-is-bounded-and-then-repeats-come',
  },
  {
    promise: 'P8',
    title: 'No clock decides',
    says: 'Clocks choose when something is tried, never whether it is right. Nothing needs a session: it works behind a pooler in transaction mode.',
    because:
      'A lease is taken over when its counter stood still for the lease time of the one who looks, on its own monotonic clock. Each write is checked by epoch and token. Messages carry the time of the database, since brokers refuse a time that is far from theirs.',
    argument: 'reading.md#hand-over',
    also: [{ file: 'src/compatibility/pooler.int.test.ts', test: 'behind pgbouncer in transaction mode' }],
  },
  {
    promise: 'P9',
    title: 'Idle is nearly free',
    says: 'A relay with nothing to do asks little, and the first message after a pause leaves at once with a nudge, or with the next poll.',
    because: 'Idle relays look at the sequences, not at the table, and less and less often; a nudge wakes them.',
  },
  {
    promise: 'P10',
    title: 'Writers wait for nobody',
    says: 'Writing waits neither for a relay nor for Kafka nor for other writers, unless they share a key and ask for `serializeKey`.',
    because: 'A write is one INSERT with a number from a sequence. Nothing it touches is locked by anybody for long.',
  },
];
