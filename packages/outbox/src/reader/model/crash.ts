import { type Action, type Database, type Facts, FRESH, type Session } from './postgres.ts';

const ENDS: readonly (Action | undefined)[] = ['commit', 'rollback', 'finish', 'discard'];

/** The log is written to disk up to here. What survives a crash is a prefix of it (F11). */
export function flush(database: Database): Database {
  const { visible, logged, checkpoint, sessions } = database;
  const prepared = sessions.flatMap((session, who) => (session.phase === 'prepared' ? [[who, session] as const] : []));
  return { ...database, durable: { visible, logged, prepared, checkpoint } };
}

/**
 * A backend is killed and all are restarted: what was flushed survives. Numbers after it are drawn again, or left out as
 * far as the log was ahead. The postmaster has not been started anew.
 */
export function crash(database: Database, scripts: readonly (readonly Action[])[], facts: Facts): Database {
  const { visible, logged, checkpoint } = database.durable;
  const prepared = new Map(database.durable.prepared);
  return {
    ...database,
    visible,
    logged,
    drawn: logged,
    checkpoint,
    token: database.token && !facts.crashEmptiesUnlogged,
    sessions: database.sessions.map((session, who) => afterwards(session, prepared.get(who), scripts[who] ?? [])),
  };
}

/** A stop and a start: nothing is lost but open transactions; tables without a log are kept; virtual ids begin anew. */
export function restart(database: Database, scripts: readonly (readonly Action[])[]): Database {
  const sessions = database.sessions.map((session, who) =>
    afterwards(session, session.phase === 'prepared' ? session : undefined, scripts[who] ?? []),
  );
  return flush({ ...database, start: database.start + 1, sessions });
}

/** A session whose transaction is gone goes on with the one after it. */
function afterwards(session: Session, prepared: Session | undefined, script: readonly Action[]): Session {
  if (prepared !== undefined) return { ...prepared, renamed: true, named: 0 };
  const { at, phase, drawing, count } = session;
  const isBetween = phase === 'open' && !drawing && (at === 0 || ENDS.includes(script[at - 1]));
  const end = script.findIndex((action, n) => n >= at && ENDS.includes(action));
  const next = isBetween || end < 0 ? at : end + 1;
  return { ...FRESH, at: next, count: count + 1 };
}
