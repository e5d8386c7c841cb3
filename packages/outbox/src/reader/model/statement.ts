import type { ReadAnswer, ReadPlan } from '../tracker/plan.ts';
import { bit, type Database, type Facts, has, isDrawing, LOGGED_AHEAD, nameOf } from './postgres.ts';

/** How a reader's statement asks, each with what is wrong otherwise. */
export interface Asking {
  /** Gaps and new rows together. Otherwise the new rows are read in a second statement. */
  readonly inOneStatement: boolean;
  /** Whose lock is looked at. */
  readonly lockOf: 'sequence' | 'table';
  /** Whether the look comes after the snapshot. */
  readonly looksAfterSnapshot: boolean;
  /** Whether it looks at all sessions at one moment, or at one after the other. */
  readonly look: 'at once' | 'one by one';
  /** Whether no row is answered unless all that gaps at rest wait for are found. */
  readonly minds: 'rest' | 'nothing';
  /** Whether the snapshot is asked if a prepared transaction is over. */
  readonly asksForPrepared: boolean;
  /** `oldest`: only rows of transactions that began before the oldest that is open. `dirty`: uncommitted ones too. */
  readonly sees: 'committed' | 'oldest' | 'dirty';
}

export const ASKING: Asking = {
  inOneStatement: true,
  lockOf: 'sequence',
  looksAfterSnapshot: true,
  look: 'at once',
  minds: 'rest',
  asksForPrepared: true,
  sees: 'committed',
};

/** A statement under way: what it has found so far. */
export interface Statement {
  /** Rows its snapshot shows, as a set of bits; undefined before the snapshot. */
  readonly seen: number | undefined;
  /** The same, for the new rows: of the same snapshot, or of a second one. */
  readonly seenNew: number | undefined;
  /** Transactions in progress for the snapshot. */
  readonly inProgress: readonly string[];
  /** How many sessions the look has been at; the shared table of locks is the last. */
  readonly looked: number;
  readonly running: readonly string[];
  /** Those found that are prepared, by name and transaction. */
  readonly prepared: readonly (readonly [string, string])[];
  readonly lastValue: number | undefined;
  /** What it says about the server. */
  readonly start: number;
  readonly token: boolean;
}

export interface Moment {
  readonly statement: Statement;
  readonly note: string;
}

const NOTHING: Statement = {
  seen: undefined,
  seenNew: undefined,
  inProgress: [],
  looked: 0,
  running: [],
  prepared: [],
  lastValue: undefined,
  start: 0,
  token: false,
};

/** What a statement may do next; empty when it is complete. Look and last value come in any order. */
export function moments(
  database: Database,
  statement: Statement = NOTHING,
  plan: ReadPlan,
  asking: Asking,
  facts: Facts,
): Moment[] {
  const { seen, seenNew, lastValue } = statement;
  const found: Moment[] = [];
  const look = plan.look && statement.looked <= database.sessions.length;
  if (look && (seen !== undefined || !asking.looksAfterSnapshot))
    found.push(lookFrom(database, statement, asking, facts));
  if (seen === undefined) {
    if (!look || asking.looksAfterSnapshot) found.push(snapshot(database, statement, asking));
    return found;
  }
  if (seenNew === undefined) {
    const again = visibleTo(database, asking);
    found.push({ statement: { ...statement, seenNew: again }, note: `second snapshot: ${numbers(database, again)}` });
  }
  if (lastValue === undefined) {
    const value = database.drawn + (isDrawing(database) ? 1 + LOGGED_AHEAD : 0);
    found.push({ statement: { ...statement, lastValue: value }, note: `last_value ${value}` });
  }
  return found;
}

function snapshot(database: Database, statement: Statement, asking: Asking): Moment {
  const seen = visibleTo(database, asking);
  const inProgress = database.sessions.flatMap(({ phase, sequenceLock, count }, who) =>
    sequenceLock && phase !== 'over' && phase !== 'ending' ? [`${who}/${count}`] : [],
  );
  const { start, token } = database;
  const seenNew = asking.inOneStatement ? seen : undefined;
  return {
    statement: { ...statement, seen, seenNew, inProgress, start, token },
    note: `snapshot: ${numbers(database, seen)}`,
  };
}

function visibleTo({ rows, sessions, visible }: Database, { sees }: Asking): number {
  if (sees === 'dirty') return sessions.reduce((all, { own }) => all | own, visible);
  if (sees === 'committed') return visible;
  // Transactions are as old as the first number they drew.
  const open = new Set(sessions.flatMap(({ phase, count }, who) => (phase === 'open' ? [`${who}/${count}`] : [])));
  const oldest = rows.findIndex(({ by }) => open.has(by));
  return oldest < 0 ? visible : visible & (bit(oldest) - 1);
}

function lookFrom(database: Database, statement: Statement, asking: Asking, facts: Facts): Moment {
  const one = lookAt(database, statement, asking, facts);
  const isOver = asking.look === 'one by one' || one.statement.looked > database.sessions.length;
  const { statement: all, note } = isOver ? one : lookFrom(database, one.statement, asking, facts);
  return { statement: all, note: isOver ? note : `look: ${all.running.join(', ') || 'nobody'}` };
}

/** Fast-path locks are listed backend by backend, then the shared table, where those of prepared transactions are (F6). */
function lookAt(database: Database, statement: Statement, { lockOf }: Asking, facts: Facts): Moment {
  const { sessions } = database;
  const { looked } = statement;
  const isShared = looked === sessions.length;
  const holders = sessions.flatMap(({ phase, sequenceLock, tableLock, count }, who) => {
    const isPrepared = phase === 'prepared' || phase === 'ending';
    const holds = lockOf === 'sequence' ? sequenceLock : tableLock;
    if (!holds || isPrepared !== isShared || (!isShared && who !== looked)) return [];
    return [{ name: nameOf(database, who, facts), transaction: `${who}/${count}` }];
  });
  const names = holders.map(({ name }) => name);
  return {
    statement: {
      ...statement,
      looked: looked + 1,
      running: [...statement.running, ...names],
      prepared: isShared ? holders.map(({ name, transaction }) => [name, transaction] as const) : statement.prepared,
    },
    note: `look at ${isShared ? 'prepared ones' : `T${looked + 1}`}: ${names.join(', ') || 'nobody'}`,
  };
}

/** What the complete statement answers, and the rows behind its numbers. */
export function answer(
  database: Database,
  statement: Statement,
  plan: ReadPlan,
  rowLimit: number,
  { minds, asksForPrepared }: Asking,
): ReadAnswer & { readonly rows: readonly number[] } {
  const { seen = 0, seenNew = 0, inProgress, lastValue = 0 } = statement;
  const running = new Set(statement.running);
  const ending = new Set(
    statement.prepared.flatMap(([name, transaction]) =>
      asksForPrepared && !inProgress.includes(transaction) ? [name] : [],
    ),
  );
  const isRead = minds === 'nothing' || plan.restingOn.every((holder) => running.has(holder) && !ending.has(holder));
  const wanted = database.rows
    .map(({ seq }, row) => ({ seq, row }))
    .filter(
      ({ seq, row }) =>
        (has(seen, row) && plan.gaps.some(({ from, to }) => seq >= from && seq <= to)) ||
        (has(seenNew, row) && seq > plan.cursor && seq <= plan.upTo),
    )
    .sort((a, b) => a.seq - b.seq);
  const found = isRead ? wanted.slice(0, rowLimit) : [];
  return {
    seqs: found.map(({ seq }) => seq),
    rows: found.map(({ row }) => row),
    complete: found.length < rowLimit,
    lastValue,
    running: plan.look ? running : undefined,
    ending,
  };
}

const numbers = ({ rows }: Database, set: number): string =>
  rows.flatMap(({ seq }, row) => (has(set, row) ? [seq] : [])).join(' ') || 'nothing';
