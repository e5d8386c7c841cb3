import type { Queryable } from '../database/port.ts';
import { TransactionMissingError } from '../errors/writing.ts';

/** What Kysely's `executeQuery` takes, as far as a plain statement needs it. Kysely itself is not imported. */
export interface CompiledStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly query: {
    readonly kind: 'RawNode';
    readonly sqlFragments: readonly string[];
    readonly parameters: readonly [];
  };
  readonly queryId: { readonly queryId: string };
}

/** A Kysely `Transaction` or `ControlledTransaction`. */
export interface KyselyTransaction {
  readonly isTransaction: boolean;
  /** Runs one compiled statement inside the transaction. */
  // biome-ignore lint/suspicious/noExplicitAny: a row's shape is known to the statement alone
  executeQuery(query: CompiledStatement): Promise<{ readonly rows: any[] }>;
}

/**
 * A transaction to write in: Kysely's, a `pg` client after BEGIN, or anything that runs a statement with parameters
 * inside one.
 */
export type OutboxTransaction = KyselyTransaction | TransactionQuery;

/** The least a transaction must offer. */
export interface TransactionQuery {
  /** Runs one statement inside the transaction. Parameters as `pg` takes them: arrays, Buffers, text, null. */
  query(sql: string, params: unknown[]): Promise<unknown>;
}

type Run = (sql: string, params: unknown[]) => Promise<unknown>;

/** The one way in which the writer talks to any transaction. Throws when it can tell that there is none. */
export async function runnerOf(tx: OutboxTransaction): Promise<Run> {
  if ('executeQuery' in tx) {
    if (!tx.isTransaction) {
      throw new TransactionMissingError(
        'write needs the transaction: pass the `trx` of db.transaction().execute(…), not `db`',
      );
    }
    return (sql, parameters) => tx.executeQuery(compiled(sql, parameters));
  }
  if ('totalCount' in tx) {
    throw new TransactionMissingError(
      'write needs one client inside a transaction; a pool runs each statement on any client',
    );
  }
  if (await isIdle(tx)) {
    throw new TransactionMissingError('write needs a client inside a transaction: run BEGIN first');
  }
  return (sql, params) => tx.query(sql, params);
}

/** A `pg` client knows what the server last said. A BEGIN that is still queued has to be waited for. */
async function isIdle(tx: TransactionQuery & { getTransactionStatus?: () => string | null }): Promise<boolean> {
  if (typeof tx.getTransactionStatus !== 'function' || tx.getTransactionStatus() !== 'I') {
    return false;
  }
  await (tx as Queryable).query('SELECT');
  return tx.getTransactionStatus() === 'I';
}

function compiled(sql: string, parameters: readonly unknown[]): CompiledStatement {
  return {
    sql,
    parameters,
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: 'bezel-outbox' },
  };
}
