// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources are quoted as they stand
import type { Mutant } from '../mutant.ts';

const SQL = 'src/reader/read.sql.ts';
const TRACKER = 'src/reader/tracker/gap-tracker.ts';
const TRAPS = 'src/reader/traps.int.test.ts';

/** What one read sees, and what it leaves out. */
export const READING: readonly Mutant[] = [
  {
    name: 'two-statements-for-one-read',
    breaks: 'P2',
    file: 'src/reader/read.ts',
    find: 'export async function readLanes(',
    replace: `export async function readLanes(
  run: StatementRunner,
  statement: string,
  requests: readonly LaneRequest[],
  maxBytesPerLane: number,
): Promise<ReadResult> {
  const part = (change: (plan: ReadPlan) => Partial<ReadPlan>) =>
    readPart(
      run,
      statement,
      requests.map((request) => ({ ...request, plan: { ...request.plan, ...change(request.plan) } })),
      maxBytesPerLane,
    );
  const gaps = await part(({ cursor }) => ({ upTo: cursor }));
  const forward = await part(() => ({ gaps: [] }));
  const lanes = forward.lanes.map((lane, n) => {
    const before = gaps.lanes[n] as LaneResult;
    return {
      ...lane,
      messages: [...before.messages, ...lane.messages],
      answer: { ...lane.answer, seqs: [...before.answer.seqs, ...lane.answer.seqs] },
    };
  });
  return { ...forward, lanes };
}

async function readPart(`,
    caughtBy: { file: 'src/reader/one-snapshot.int.test.ts', test: 'a read is one statement' },
  },
  {
    name: 'locks-of-the-table-watched-instead-of-the-sequence',
    breaks: 'P1',
    file: SQL,
    find: '  FROM pg_locks AS k\n',
    replace: `  FROM (
    SELECT l.locktype, l.mode, l.granted, l.database, l.pid, l.virtualtransaction, s AS relation
    FROM pg_locks AS l CROSS JOIN unnest($10::oid[]) AS s WHERE l.relation = '\${schema}.message'::regclass
  ) AS k
`,
    caughtBy: { file: TRAPS, test: 'drawn by a plain SELECT nextval long before the table is touched' },
  },
  {
    name: 'gaps-at-rest-left-out-unseen',
    breaks: 'P2',
    file: SQL,
    find: "AND (lane.resting = '' OR (",
    replace: "AND (true OR lane.resting = '' OR (",
    caughtBy: { file: TRAPS, test: 'half a million numbers of an open transaction cost a read nothing' },
  },
  {
    name: 'rest-on-a-prepared-transaction-that-is-ending',
    breaks: 'P2',
    file: SQL,
    find: "AND NOT string_to_array(lane.resting, ' ') && coalesce(h.ending, '{}')",
    replace: '',
    caughtBy: { file: TRAPS, test: 'rows of a prepared transaction are read first' },
  },
  {
    name: 'an-open-transaction-stops-its-shard',
    breaks: 'P3',
    file: SQL,
    find: "AND (lane.resting = '' OR (",
    replace: "AND (lane.resting = '' OR (false AND ",
    caughtBy: { file: TRAPS, test: 'half a million numbers of an open transaction cost a read nothing' },
  },
  {
    name: 'rows-in-the-order-of-the-table',
    breaks: 'P2',
    file: SQL,
    find: 'ORDER BY found.shard NULLS FIRST, found.seq`',
    replace: 'ORDER BY found.shard NULLS FIRST, found.seq DESC`',
    caughtBy: { file: 'src/reader/one-snapshot.int.test.ts', test: 'a read is one statement' },
  },
  {
    name: 'gaps-never-rest',
    breaks: 'P7',
    file: TRACKER,
    find: '    this.#rest(unfinished);\n',
    replace: '',
    caughtBy: {
      file: 'src/reader/tracker/gap-tracker.spec.ts',
      test: 'a transaction left open delays nobody, and its half a million numbers cost a read nothing',
    },
  },
  {
    name: 'rows-above-gaps-that-did-not-fit',
    breaks: 'P2',
    file: TRACKER,
    find: 'upTo: all ? Number.MAX_SAFE_INTEGER : (gaps.at(-1)?.to ?? 0),',
    replace: 'upTo: Number.MAX_SAFE_INTEGER,',
    caughtBy: { file: 'src/reader/tracker/closing.spec.ts', test: 'with more gaps than a read can cover' },
  },
  {
    name: 'a-forgotten-statement-keeps-its-connection',
    breaks: 'P1',
    file: 'src/database/statement.ts',
    find: 'deadline.catch(() => connection.release(true));',
    replace: 'deadline.catch(() => connection.release());',
    caughtBy: { file: 'src/database/statement.int.test.ts', test: 'a statement that is not answered in time' },
  },
  {
    name: 'a-nudge-goes-unheard',
    breaks: 'P9',
    file: 'src/relay/create-relay.ts',
    find: '      emptyReads = 0;\n      readWake.notify();\n',
    replace: '      emptyReads = 0;\n',
    caughtBy: { file: 'src/relay/nudge.int.test.ts', test: 'a nudge makes an idle relay read at once' },
  },
  {
    name: 'an-idle-relay-reads-all-the-same',
    breaks: 'P9',
    file: 'src/relay/reading.ts',
    find: 'performance.now() - since < CALM_MS &&',
    replace: 'performance.now() - since < 0 &&',
    caughtBy: { file: 'src/relay/calm.int.test.ts', test: 'an idle relay looks at its sequences' },
  },
  {
    name: 'a-look-that-sees-no-new-number',
    breaks: 'P9',
    file: 'src/relay/shards/lane.ts',
    find: 'if (last !== this.tracker.cursor) {',
    replace: 'if (last === undefined) {',
    caughtBy: { file: 'src/relay/calm.int.test.ts', test: 'an idle relay looks at its sequences' },
  },
  {
    name: 'a-look-beside-the-leases',
    breaks: 'P9',
    file: 'src/relay/create-relay.ts',
    find: 'leasesDueAt > now && leasesDueAt - now < wait',
    replace: 'leasesDueAt > now && leasesDueAt - now < 0',
    caughtBy: { file: 'src/relay/calm.int.test.ts', test: 'a round of leases that is due before the next look' },
  },
  {
    name: 'a-nudge-for-every-message',
    breaks: 'P10',
    file: 'src/writer/nudge.ts',
    find: 'now() - sentAt >= AWAKE_MS',
    replace: 'now() - sentAt >= 0',
    caughtBy: { file: 'src/writer/nudge.spec.ts', test: 'one notification at a time' },
  },
  {
    name: 'silence-after-a-nudge-that-failed',
    breaks: 'P9',
    file: 'src/writer/nudge.ts',
    find: '      sentAt = Number.NEGATIVE_INFINITY;\n      throw error;',
    replace: '      throw error;',
    caughtBy: { file: 'src/writer/nudge.spec.ts', test: 'one that failed woke nobody' },
  },
];
