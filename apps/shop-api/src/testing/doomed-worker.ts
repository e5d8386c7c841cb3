/**
 * The shop's worker of orders as a process of its own, which kills itself with SIGKILL when each of some orders is in the middle
 * of a move. Given as JSON: {@link Doom}.
 */
import { createOrdersWorker, installTemporalRuntime } from '@bezel/order-workflow/worker';
import { createOutbox, type Outbox } from '@bezel/outbox';
import { openDatabase } from '@bezel/service';
import { NativeConnection } from '@temporalio/worker';
import type { ShopDatabase } from '../database/shop-database.ts';
import { shopActivities } from '../status/shop-activities.ts';

/** `uncommitted`: every row of the move is written; `unreported`: it is committed, and Temporal has not heard. */
export type Place = 'uncommitted' | 'unreported';

/** Where a worker dies. */
export interface Doom {
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly taskQueue: string;
  /** The move: to this status. */
  readonly to: string;
  /** The places by the orders' ids. */
  readonly places: Readonly<Record<string, Place>>;
}

const doom = JSON.parse(process.argv[2] ?? '') as Doom;
installTemporalRuntime(() => {});
const database = openDatabase<ShopDatabase>({ url: doom.databaseUrl, name: 'doomed' });
const outbox = createOutbox({ db: database.pool, source: '/bezel/shop' });

const arrived = new Set<string>();

/** Whoever comes to its place stays there; with the last one all is over. */
async function pass(place: Place, { orderId, to }: { readonly orderId: string; readonly to: string }): Promise<void> {
  if (to !== doom.to || doom.places[orderId] !== place) return;
  arrived.add(orderId);
  if (arrived.size === Object.keys(doom.places).length) process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
}

const dying: Outbox = Object.assign(Object.create(outbox) as Outbox, {
  write: (async (...written: Parameters<Outbox['write']>) => {
    const result = await outbox.write(...written);
    await pass('uncommitted', written[2] as { readonly orderId: string; readonly to: string });
    return result;
  }) as Outbox['write'],
});
const activities = shopActivities(dying, database.kysely);
const worker = await createOrdersWorker({
  connection: await NativeConnection.connect({ address: doom.temporal.address }),
  namespace: doom.temporal.namespace,
  taskQueue: doom.taskQueue,
  activities: {
    ...activities,
    async moveOrder(move) {
      await activities.moveOrder(move);
      await pass('unreported', move);
    },
  },
});
await worker.run();
