/** The rows a statement answered, and how many rows it touched. */
export interface StatementResult {
  // biome-ignore lint/suspicious/noExplicitAny: a row's shape is known to the statement alone
  readonly rows: any[];
  readonly rowCount: number | null;
}

/** A statement that the server may prepare under a name. */
export interface NamedStatement {
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Runs one statement. `pg.Client`, `pg.Pool` and `pg.PoolClient` fit. */
export interface Queryable {
  /** Rejects with whatever the server answers. Parameters as `pg` takes them: arrays, Buffers, text, null. */
  query(sql: string, params?: readonly unknown[]): Promise<StatementResult>;
}

/** A connection of one's own for a while, as `pg.Pool` lends it. */
export interface Connection extends Queryable {
  /** The same on this connection. */
  query(sql: string, params?: readonly unknown[]): Promise<StatementResult>;
  /** The same, prepared under the statement's name if it has one. */
  query(statement: NamedStatement): Promise<StatementResult>;
  /** Gives the connection back; with an error or `true` it is closed instead. */
  release(error?: Error | boolean): void;
  /**
   * Connections of `pg` report their loss; one that nobody listens to would end the process. They hand over what was said in a
   * notification, as its `payload`.
   */
  on?(event: 'error' | 'end' | 'notification', listener: (what: unknown) => void): unknown;
  /** Takes back what `on` was given. */
  removeListener?(event: 'error' | 'end' | 'notification', listener: (what: unknown) => void): unknown;
}

/** Where connections come from. `pg.Pool` fits. */
export interface Database extends Queryable {
  /** Lends a connection until its `release`. Rejects when there is none to be had. */
  connect(): Promise<Connection>;
  /** A pool reports the loss of connections nobody uses; it makes new ones by itself. */
  on?(event: 'error', listener: (error: Error) => void): unknown;
  /** Takes back what `on` was given. */
  removeListener?(event: 'error', listener: (error: Error) => void): unknown;
}
