import pg from 'pg';
import type { App } from '../account/hops.ts';
import { whatItSays } from '../what-it-says.ts';

/** What the ledger reads from: the databases of the apps, and the two servers. */
export type SourceName = App | 'kafka' | 'temporal';

/** A source of the ledger does not answer, or refuses: nothing is known of the orders. */
export class SourceUnavailableError extends Error {
  readonly code = 'source_unavailable';
  readonly retryable = true;
  readonly source: SourceName;

  /** @param words such as "Postgres of the shop" */
  constructor(source: SourceName, words: string, cause: unknown) {
    super(`${words} cannot be read: ${whatItSays(cause)}`, { cause });
    this.name = 'SourceUnavailableError';
    this.source = source;
  }
}

const CONNECT_TIMEOUT_MS = 10_000;
const SILENT_FOR_MS = 10_000;
const GOODBYE_MS = 2_000;

/** A connection to an app's database. Disposing of it ends it, whether the database answers or not. */
interface ReadOnlyConnection extends AsyncDisposable {
  readonly client: pg.Client;
}

/**
 * Connects to an app's database so that nothing can be written, whatever the login may do: each of its transactions is
 * read-only unless it says otherwise, and none of ours does.
 *
 * A statement has no time limit: a large database sorts for minutes. What ends one that is never answered is the signal, or the
 * kernel some time after the database's machine has gone.
 *
 * @param signal breaks the connection: statements under way fail
 * @throws SourceUnavailableError
 */
export async function connectReadOnly(
  connectionString: string,
  app: App,
  signal?: AbortSignal,
): Promise<ReadOnlyConnection> {
  const client = new pg.Client({
    connectionString,
    application_name: 'bezel-ledger',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: SILENT_FOR_MS,
    // A statement whose asker has gone ends soon, and does not sort or wait on.
    options: '-c default_transaction_read_only=on -c client_connection_check_interval=5s',
  });
  client.on('error', () => {}); // a lost connection fails the statement under way, which reports it
  const breakOff = (): void => void client.connection.stream.destroy(signal?.aborted ? signal.reason : undefined);
  signal?.addEventListener('abort', breakOff, { once: true });
  try {
    signal?.throwIfAborted();
    await client.connect();
  } catch (error) {
    signal?.removeEventListener('abort', breakOff);
    signal?.throwIfAborted();
    throw new SourceUnavailableError(
      app,
      `Postgres of ${app} (${client.host}:${client.port}/${client.database})`,
      error,
    );
  }
  return {
    client,
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', breakOff);
      const late = setTimeout(breakOff, GOODBYE_MS);
      await client.end().catch(() => {});
      clearTimeout(late);
    },
  };
}
