import { type Broker, type Connection, type ConnectionOptions, ConnectionPool } from '@platformatic/kafka';

/** Connections to brokers, opened when they are needed; a lost one is opened again by whoever asks next. */
export class Connections {
  readonly #pool: ConnectionPool;
  readonly #bootstrap: readonly Broker[];

  constructor(clientId: string, bootstrap: readonly Broker[], options: ConnectionOptions) {
    this.#bootstrap = bootstrap;
    this.#pool = new ConnectionPool(clientId, options);
    // The pool listens for the first error of a connection only, and an 'error' that nobody hears ends the process.
    this.#pool.on('connecting', ({ connection }) => connection.on('error', () => {}));
  }

  to(broker: Broker): Promise<Connection> {
    return this.#pool.get(broker);
  }

  /** To any broker, for what each of them can answer. */
  async toAny(): Promise<Connection> {
    for (const [, connection] of this.#pool) if (connection.isConnected()) return connection;
    return this.#pool.getFirstAvailable([...this.#bootstrap]);
  }

  /** Ends all at once. A request that waits for its answer fails; one that is written stays written. */
  async end(): Promise<void> {
    const open = [...this.#pool];
    const closed = this.#pool.close();
    // Closing alone would wait until all is sent, and brokers that are gone take nothing.
    for (const [, connection] of open) connection.socket?.destroy();
    await closed.catch(() => {});
  }
}
