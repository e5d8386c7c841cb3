import type { Mutant } from '../mutant.ts';

const TAKE_OVER = {
  file: 'src/relay/parking/take-over.int.test.ts',
  test: 'a relay that takes a shard over holds back what is parked there',
};
const MODEL = {
  file: 'src/relay/parking/parked-keys.spec.ts',
  test: 'keeps its order and every message, whatever is parked, redriven, refused again or taken over in between',
};

/** Keys of which Kafka refused a message for good. */
export const PARKING: readonly Mutant[] = [
  {
    name: 'parked-keys-forgotten-at-a-take-over',
    breaks: 'P2',
    file: 'src/relay/shards/leasing.ts',
    find: 'parked: parked.get(row.shard) ?? [],',
    replace: 'parked: [],',
    caughtBy: TAKE_OVER,
  },
  {
    name: 'what-follows-a-parked-message-goes-on',
    breaks: 'P2',
    file: 'src/relay/reading.ts',
    find: 'found.messages.filter((message) => !lane.parked.divert(message));',
    replace: 'found.messages.filter(() => true);',
    caughtBy: TAKE_OVER,
  },
  {
    name: 'redriven-out-of-order',
    breaks: 'P2',
    file: 'src/relay/parking/parking.sql.ts',
    find: 'ORDER BY seq LIMIT $4',
    replace: 'ORDER BY seq DESC LIMIT $4',
    caughtBy: TAKE_OVER,
  },
  {
    name: 'what-came-during-a-redrive-is-lost',
    breaks: 'P1',
    file: 'src/relay/parking/parked-keys.ts',
    find: 'seqs: waiting }));',
    replace: 'seqs: waiting.slice(1) }));',
    caughtBy: MODEL,
  },
  {
    name: 'what-is-new-overtakes-a-redrive',
    breaks: 'P2',
    file: 'src/relay/parking/parked-keys.ts',
    find: '    return found !== undefined;\n',
    replace: "    return found !== undefined && found.phase !== 'redriving';\n",
    caughtBy: MODEL,
  },
];
