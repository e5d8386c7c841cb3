import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';

/** A transaction someone else opened and will end; the outbox hands one to each handler. */
export interface TransactionHandle {
  query(sql: string, params?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/**
 * Kysely on an open transaction. It ends with that transaction: it needs no `destroy`, and it cannot begin another one.
 *
 * @example on(OrderSubmitted, async (event, { tx }) => {
 *   await kyselyOver<CrmDatabase>(tx).insertInto('orders').values(rowOf(event)).execute();
 * });
 */
export function kyselyOver<Schema>(tx: TransactionHandle): Kysely<Schema> {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const { rows, rowCount } = await tx.query(sql, [...parameters]);
      return rowCount === null ? { rows: rows as Row[] } : { rows: rows as Row[], numAffectedRows: BigInt(rowCount) };
    },
    // biome-ignore lint/correctness/useYield: Kysely asks for a generator; a transaction handle has no cursor.
    async *streamQuery() {
      throw new Error('a transaction handle cannot stream: page with keyset queries instead');
    },
  };
  const refuse = async (): Promise<void> => {
    throw new Error('the transaction is already open: its owner begins and ends it');
  };
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    destroy: async () => {},
  };
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
