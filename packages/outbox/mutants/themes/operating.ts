import type { Mutant } from '../mutant.ts';

const ADOPT = { file: 'src/admin/rewind/adopt.int.test.ts', within: 'adopt' };
const REPLAY = { file: 'src/admin/rewind/replay.int.test.ts', within: 'replay' };
const LOOK = 'src/admin/look/look.int.test.ts';

/** What operators do, and what they are told. */
export const OPERATING: readonly Mutant[] = [
  {
    name: 'adopt-leaves-sequences-behind',
    breaks: 'P1',
    file: 'src/admin/rewind/adopt.ts',
    find: 'if (raised !== null && name !== undefined) {',
    replace: 'if (raised !== null && name === undefined) {',
    caughtBy: { ...ADOPT, test: 'makes a copy publish again what is written to it, where relays refused to run' },
  },
  {
    name: 'adopt-forgets-what-was-written-too-early',
    breaks: 'P1',
    file: 'src/admin/rewind/adopt.ts',
    find: 'last !== null && cursor !== null && last < cursor && first !== null && first <= last',
    replace: 'last !== null && cursor !== null && last < 0 && first !== null && first <= last',
    caughtBy: { ...ADOPT, test: 'has published what was written before it, with numbers that nobody reads any more' },
  },
  {
    name: 'adopt-raises-beside-writers',
    breaks: 'P1',
    file: 'src/admin/rewind/adopt.ts',
    find: 'await locked(connection, schema, state);',
    replace: 'await Promise.resolve(locked);',
    caughtBy: { ...ADOPT, test: 'never puts a sequence back that a transaction drives on meanwhile' },
  },
  {
    name: 'replay-sends-what-is-parked',
    breaks: 'P2',
    file: 'src/admin/rewind/replay.sql.ts',
    find: 'p.topic = m.topic AND p.key = m.key',
    replace: 'p.topic = m.key AND p.key = m.key',
    caughtBy: { ...REPLAY, test: 'takes what is chosen and published, and neither what waits nor what is parked' },
  },
  {
    name: 'replay-forgets-other-holes',
    breaks: 'P1',
    file: 'src/admin/rewind/replay.ts',
    find: 'union([...parseMultirange(holes), ...ranges])',
    replace: 'union([...ranges])',
    caughtBy: { ...REPLAY, test: 'takes what is chosen and published, and neither what waits nor what is parked' },
  },
  {
    name: 'verify-excuses-what-is-missing',
    breaks: 'P1',
    file: 'src/admin/verify/comparison.ts',
    find: '(this.#mayBeRemoved(message) ? unknown : missing)',
    replace: '(this.#mayBeRemoved(message) ? unknown : unknown)',
    caughtBy: {
      file: 'src/admin/verify/verify.int.test.ts',
      within: 'verify, through kafkajs',
      test: 'names what is missing, doubled, and there without having been written',
    },
  },
  {
    name: 'doctor-overlooks-parked-copies',
    breaks: 'P1',
    file: 'src/admin/rewind/sequences.sql.ts',
    find: 'SELECT max(p.seq) FROM',
    replace: 'SELECT max(0 * p.seq) FROM',
    caughtBy: {
      file: 'src/admin/doctor/doctor.int.test.ts',
      within: 'a sequence',
      test: 'that is behind a parked copy',
      title: 'that is behind %s',
    },
  },
  {
    name: 'gaps-of-prepared-transactions-unseen',
    breaks: 'P3',
    file: 'src/admin/look/gaps.sql.ts',
    find: 'lock.pid IS DISTINCT FROM pg_backend_pid()',
    replace: 'lock.pid <> pg_backend_pid()',
    caughtBy: {
      file: LOOK,
      within: 'gaps',
      test: 'name the transactions that hold them, prepared ones too, and nobody else',
    },
  },
  {
    name: 'lag-overlooks-gaps',
    breaks: 'P1',
    file: 'src/admin/look/lag.sql.ts',
    find: 'SELECT lower(hole) AS low, upper(hole) - 1 AS high FROM unnest(k.holes) AS hole',
    replace: 'SELECT lower(hole) AS low, upper(hole) - 1 AS high FROM unnest(k.holes) AS hole WHERE false',
    caughtBy: {
      file: LOOK,
      within: 'lag',
      test: 'says what waits and since when, in gaps as well as after the cursor',
    },
  },
  {
    name: 'hidden-sequences-look-behind',
    breaks: 'P1',
    file: 'src/admin/rewind/sequences.ts',
    find: 'readable === false',
    replace: 'readable === null',
    caughtBy: {
      file: LOOK,
      within: 'a login that may read the tables and not the sequences',
      test: 'is refused by whatever counts on them: a sequence that is hidden looks like one that is behind',
    },
  },
  {
    name: 'removed-messages-are-mere-lag',
    breaks: 'P1',
    file: 'src/admin/look/consumer-lag.ts',
    find: 'position < earliest || position > latest',
    replace: 'position > latest',
    caughtBy: {
      file: 'src/admin/look/consumer-lag.spec.ts',
      within: 'the lag of a group in a partition',
      test: 'what it would read was removed',
      title: '%s',
    },
  },
  {
    name: 'doctor-fails-with-kafka',
    breaks: 'P1',
    file: 'src/admin/doctor/topics.ts',
    find: "return [finding('TOPICS_UNREADABLE', '', (error as Error).message)];",
    replace: 'throw error;',
    caughtBy: {
      file: 'src/cli/looking.int.test.ts',
      within: 'what goes wrong',
      test: 'kafkajs says which brokers are away, and why, before anybody waits',
      title: '%s says which brokers are away, and why, before anybody waits',
    },
  },
  {
    name: 'parked-messages-are-listed-as-text-sorts-them',
    breaks: 'P2',
    file: 'src/admin/consumers.sql.ts',
    find: 'consumer_parked_message."offset" LIMIT $4',
    replace: '"offset" LIMIT $4',
    caughtBy: {
      file: 'src/cli/parked.int.test.ts',
      within: 'the messages of a parked key',
      test: 'are listed in the order of their offsets, as Kafka held them',
    },
  },
  {
    name: 'a-dry-run-gives-messages-up',
    breaks: 'P4',
    file: 'src/admin/consumers.ts',
    find: "dryRun ? wouldBeMarked(schema, 'discarded') : discardParked(schema)",
    replace: 'discardParked(schema)',
    caughtBy: {
      file: 'src/cli/parked.int.test.ts',
      within: 'the messages of a parked key',
      test: '--discard marks one or all of them',
      title: '--%s marks one or all of them',
    },
  },
];
