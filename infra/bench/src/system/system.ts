import { join } from 'node:path';
import {
  type AppProcess,
  checkoutPlaces,
  openStackWithoutApps,
  type Progress,
  placesIn,
  type StackWithoutApps,
} from '@bezel/local/bench';
import { NAMESPACE } from '@bezel/order-workflow';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';

/** The system that is measured: a stack of the bench's own, and what the bench itself looks at it with. */
export interface System extends AsyncDisposable {
  readonly stack: StackWithoutApps;
  /** The databases of the apps, with the apps' own logins. */
  readonly shop: pg.Pool;
  readonly mes: pg.Pool;
  readonly client: Client;
  /** Runs work while processes of apps run, and ends them after it. */
  during<T>(processes: readonly AppProcess[], work: () => Promise<T>): Promise<T>;
}

/**
 * As in production every commit reaches the disk, unlike in tests. Enough WAL that checkpoints do not decide, and the time
 * of each commit, by which facts and statuses are timed.
 */
const POSTGRES_SETTINGS = {
  max_connections: '400',
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  track_commit_timestamp: 'on',
};

export async function openSystem(progress: Progress, signal: AbortSignal): Promise<System> {
  await using opening = new AsyncDisposableStack();
  const places = placesIn(join(checkoutPlaces().state, 'bench'));
  const stack = opening.use(
    await openStackWithoutApps({ places, progress, signal, postgresSettings: POSTGRES_SETTINGS }),
  );
  const { databases, servers } = stack.context;
  const pool = (connectionString: string): pg.Pool => {
    const made = new pg.Pool({ connectionString, max: 4 });
    made.on('error', () => {}); // told to whoever asks next
    opening.defer(() => made.end());
    return made;
  };
  const [shop, mes] = [pool(databases.shop.url), pool(databases.mes.url)];
  const connection = await Connection.connect({ address: servers.temporal.address });
  opening.defer(() => connection.close());
  const client = new Client({ connection, namespace: NAMESPACE });
  const opened = opening.move();
  return {
    ...{ stack, shop, mes, client },
    async during(processes, work) {
      await using _processes = await progress.step(`${processes.map(({ name }) => name).join(', ')}`, () =>
        stack.run(processes),
      );
      return await work();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
