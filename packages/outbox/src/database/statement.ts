import { createHash } from 'node:crypto';
import { OutboxError } from '../errors/outbox-error.ts';
import type { Connection, Database, StatementResult } from './port.ts';

/** A statement got no answer in time. Whether it took effect is unknown. */
export class StatementTimeoutError extends OutboxError {
  readonly code = 'STATEMENT_TIMEOUT';
  readonly retryable = true;
}

/**
 * Runs single statements that repeat for ever, each on any connection. They are prepared under a name made from their
 * text, which saves planning them thousands of times; where a pooler hands every statement to another session and knows
 * no names, they run without.
 */
export interface StatementRunner {
  run(text: string, values: unknown[]): Promise<StatementResult>;
}

/** invalid_sql_statement_name, duplicate_prepared_statement, feature_not_supported ("cached plan must not change"). */
const NAMES_DO_NOT_WORK = new Set(['26000', '42P05', '0A000']);

export function createStatementRunner(db: Database, { timeoutMs }: { timeoutMs: number }): StatementRunner {
  const names = new Map<string, string>();
  let named = true;
  const nameOf = (text: string): string => {
    let name = names.get(text);
    if (name === undefined) {
      name = `bezel_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
      names.set(text, name);
    }
    return name;
  };
  return {
    async run(text, values) {
      if (named) {
        try {
          return await once(db, (connection) => connection.query({ name: nameOf(text), text, values }), timeoutMs);
        } catch (error) {
          if (!NAMES_DO_NOT_WORK.has(String((error as { code?: unknown }).code))) {
            throw error;
          }
          named = false;
        }
      }
      return once(db, (connection) => connection.query(text, values), timeoutMs);
    },
  };
}

/** One statement on one connection. A connection that does not come or does not answer is given up, not waited for. */
async function once(
  db: Database,
  query: (connection: Connection) => Promise<StatementResult>,
  timeoutMs: number,
): Promise<StatementResult> {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new StatementTimeoutError(`Postgres did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  const answer = (async () => {
    const connection = await db.connect();
    if (late) {
      connection.release();
      throw new StatementTimeoutError(`no connection within ${timeoutMs} ms`);
    }
    // The query tells of a loss as well; an error event nobody listens to would end the process.
    const ignore = (): void => {};
    connection.on?.('error', ignore);
    // Released at once when late: a query that hangs would keep the connection for ever.
    deadline.catch(() => connection.release(true));
    try {
      return await query(connection);
    } finally {
      if (!late) {
        clearTimeout(timer);
        connection.removeListener?.('error', ignore);
        connection.release();
      }
    }
  })();
  answer.catch(() => {});
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
