/**
 * One shard in Postgres, as far as a reader of it can tell: a sequence with its lock, rows that become visible, and
 * sessions that go through their scripts. Every change is a step of its own, so that a reader may look in between. The
 * letters F1 to F11 are facts of docs/reading.md. A fact can be taken away, to see what it is good for.
 */

/**
 * What a session does, one step or two each.
 *
 * - `write`: an INSERT that draws its number, as both writers do. `draw` and `insert`: nextval first, the row later.
 * - `hold`: takes the sequence's lock and draws nothing, as `SELECT * FROM pg_sequences` does.
 * - `undo`: ROLLBACK TO SAVEPOINT; rows and the table's lock are gone, numbers stay drawn.
 * - `finish`, `discard`: COMMIT PREPARED and ROLLBACK PREPARED, by anybody.
 */
export type Action =
  | 'write'
  | 'draw'
  | 'insert'
  | 'hold'
  | 'undo'
  | 'commit'
  | 'rollback'
  | 'prepare'
  | 'finish'
  | 'discard';

/** What is true of Postgres, each with what it would be like otherwise. */
export interface Facts {
  /** F1. Otherwise a savepoint that is rolled back gives the sequence's lock back. */
  readonly lockOutlivesSavepoint: boolean;
  /** F2: CACHE. Otherwise more than 1: a session keeps numbers for later. */
  readonly cache: number;
  /** F3. Otherwise locks are given back before the transaction ends for snapshots. */
  readonly endsBeforeItUnlocks: boolean;
  /** F4. Otherwise a transaction that has ended keeps its name until its locks are gone. */
  readonly endTakesTheName: boolean;
  /** F7. Otherwise PREPARE gives the lock back. */
  readonly preparedKeepsLock: boolean;
  /** F8. Otherwise the next transaction of a session has the name of the one before. */
  readonly namesAreNew: boolean;
  /** F9. Otherwise `last_value` is read from the sequence's row, and shows what nextval logs ahead. */
  readonly lastValueIsDrawn: boolean;
  /** F10. Otherwise a crash leaves UNLOGGED tables as they are. */
  readonly crashEmptiesUnlogged: boolean;
}

export const FACTS: Facts = {
  lockOutlivesSavepoint: true,
  cache: 1,
  endsBeforeItUnlocks: true,
  endTakesTheName: true,
  preparedKeepsLock: true,
  namesAreNew: true,
  lastValueIsDrawn: true,
  crashEmptiesUnlogged: true,
};

/** nextval writes a number to the log that is so much further, and for a moment shows it in the sequence's row. */
export const LOGGED_AHEAD = 1;

type Phase =
  | 'open'
  /** Over for snapshots, locks not given back; `late` is the other way round, and there without F3 only. */
  | 'over'
  | 'late'
  | 'prepared'
  /** Prepared, and over for snapshots. */
  | 'ending';

export interface Session {
  /** Steps of its script that are done. */
  readonly at: number;
  readonly phase: Phase;
  readonly drawing: boolean;
  readonly sequenceLock: boolean;
  readonly tableLock: boolean;
  /** Its transaction: counted since the server's start, for the name, and for ever. */
  readonly named: number;
  readonly count: number;
  /** A prepared transaction that lived through a restart has another name. */
  readonly renamed: boolean;
  /** Rows its transaction wrote, as a set of bits. */
  readonly own: number;
  /** The row that the newest number is for; -1 for none. */
  readonly newest: number;
  /** Numbers drawn for later, without F2 only. */
  readonly pocket: readonly number[];
}

/** Every number drawn is a row here, whether it was ever inserted or not. */
export interface Row {
  readonly seq: number;
  /** What is committed, or drawn by the same transaction, when this is drawn; all that has to be read before it. */
  readonly before: number;
  /** Session and transaction that drew it. */
  readonly by: string;
}

/** What a crash may fall back to. */
export interface Durable {
  readonly visible: number;
  readonly logged: number;
  readonly prepared: readonly (readonly [number, Session])[];
  readonly checkpoint: string;
}

export interface Database {
  readonly drawn: number;
  readonly logged: number;
  readonly rows: readonly Row[];
  /** Rows whose transaction is over for snapshots, and committed, as a set of bits; `ever` counts what a crash took. */
  readonly visible: number;
  readonly ever: number;
  readonly sessions: readonly Session[];
  /** When the server was started, and whether it still has the lease's token. */
  readonly start: number;
  readonly token: boolean;
  readonly checkpoint: string;
  /** What is flushed to disk. A crash falls back to it, and it may be as old as the server. */
  readonly durable: Durable;
}

export const bit = (row: number): number => 1 << row;
export const has = (rows: number, row: number): boolean => (rows & bit(row)) !== 0;

export const FRESH: Session = {
  at: 0,
  phase: 'open',
  drawing: false,
  sequenceLock: false,
  tableLock: false,
  named: 0,
  count: 0,
  renamed: false,
  own: 0,
  newest: -1,
  pocket: [],
};

export function newDatabase(sessions: number, checkpoint: string): Database {
  const durable = { visible: 0, logged: 0, prepared: [], checkpoint };
  return {
    drawn: 0,
    logged: 0,
    rows: [],
    visible: 0,
    ever: 0,
    sessions: Array.from({ length: sessions }, () => FRESH),
    start: 1,
    token: true,
    checkpoint,
    durable,
  };
}

/** Whether a nextval is under way; it holds the sequence's buffer. Seen without F9 only: it is one step otherwise. */
export const isDrawing = ({ sessions }: Database): boolean => sessions.some(({ drawing }) => drawing);

/** The virtual id under which a session's locks are listed. */
export function nameOf({ sessions }: Database, who: number, { namesAreNew, endTakesTheName }: Facts): string {
  const { phase, renamed, named } = sessions[who] as Session;
  if (renamed) return `-1/${who + 1}`;
  const isNameless = phase === 'over' && endTakesTheName;
  return `${who + 1}/${isNameless ? 0 : namesAreNew ? named + 1 : 1}`;
}

export interface Change {
  readonly database: Database;
  /** What happened, in a word or two. */
  readonly note: string;
}

/** The next step of a session; undefined when it is done, or waits for another's nextval. */
export function step(database: Database, who: number, script: readonly Action[], facts: Facts): Change | undefined {
  const session = database.sessions[who] as Session;
  const change = (note: string, to: Partial<Session>, all: Partial<Database> = {}): Change => ({
    note,
    database: {
      ...database,
      ...all,
      sessions: database.sessions.map((other, n) => (n === who ? { ...other, ...to } : other)),
    },
  });
  const next = {
    ...FRESH,
    at: session.at + 1,
    named: session.named + 1,
    count: session.count + 1,
    pocket: session.pocket,
  };
  const commits = { visible: database.visible | session.own, ever: database.ever | session.own };
  if (session.phase === 'over' || session.phase === 'ending') return change('gives its locks back', next);
  if (session.phase === 'late') return change('its rows become visible', next, commits);
  const action = script[session.at];
  if (session.drawing) return drawn(database, who, action === 'write', facts, change);
  const done = { at: session.at + 1 };
  switch (action) {
    case undefined:
      return undefined;
    case 'write':
    case 'draw': {
      if (isDrawing(database)) return undefined;
      if (session.pocket.length > 0 || facts.lastValueIsDrawn)
        return drawn(database, who, action === 'write', facts, change);
      return change('begins nextval', {
        drawing: true,
        sequenceLock: true,
        tableLock: session.tableLock || action === 'write',
      });
    }
    case 'insert':
      return change(`inserts ${database.rows[session.newest]?.seq}`, {
        ...done,
        own: session.own | bit(session.newest),
        tableLock: true,
      });
    case 'hold':
      return change('locks the sequence', { ...done, sequenceLock: true });
    case 'undo':
      return change('rolls back to its savepoint', {
        ...done,
        own: 0,
        tableLock: false,
        sequenceLock: session.sequenceLock && facts.lockOutlivesSavepoint,
      });
    case 'commit':
      return facts.endsBeforeItUnlocks
        ? change('commits', { phase: 'over' }, commits)
        : change('gives its locks back', { phase: 'late', sequenceLock: false, tableLock: false });
    case 'rollback':
      return change('rolls back', { phase: 'over' });
    case 'prepare': {
      const sequenceLock = session.sequenceLock && facts.preparedKeepsLock;
      return change('prepares', { ...done, phase: 'prepared', sequenceLock });
    }
    case 'finish':
      return change('is committed', { phase: 'ending' }, commits);
    case 'discard':
      return change('is rolled back', { phase: 'ending' });
  }
}

function drawn(
  database: Database,
  who: number,
  inserts: boolean,
  { cache }: Facts,
  change: (note: string, to: Partial<Session>, all: Partial<Database>) => Change,
): Change {
  const session = database.sessions[who] as Session;
  const [seq = database.drawn + 1, ...pocket] = session.pocket;
  const fetched = session.pocket.length === 0;
  const highest = fetched ? database.drawn + cache : database.drawn;
  const by = `${who}/${session.count}`;
  const mine = database.rows.reduce((rows, row, n) => (row.by === by ? rows | bit(n) : rows), 0);
  const newest = database.rows.length;
  return change(
    inserts ? `writes ${seq}` : `draws ${seq}`,
    {
      at: session.at + 1,
      drawing: false,
      // Taken before the number is drawn (F1). A look in between would find one holder more, of nothing yet.
      sequenceLock: session.sequenceLock || fetched,
      tableLock: session.tableLock || inserts,
      newest,
      own: inserts ? session.own | bit(newest) : session.own,
      pocket: fetched ? Array.from({ length: cache - 1 }, (_, n) => seq + 1 + n) : pocket,
    },
    {
      drawn: highest,
      logged: highest > database.logged ? highest + LOGGED_AHEAD : database.logged,
      rows: [...database.rows, { seq, before: database.visible | mine, by }],
    },
  );
}
