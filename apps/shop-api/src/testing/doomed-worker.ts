/**
 * The shop's worker of orders as a process of its own, which kills itself with SIGKILL in the middle of a move. Given as JSON:
 * {@link Doom}.
 */
import { createOrdersWorker, installTemporalRuntime } from '@bezel/order-workflow/worker';
import { createOutbox, type Outbox } from '@bezel/outbox';
import { openDatabase } from '@bezel/service';
import { NativeConnection } from '@temporalio/worker';
import type { ShopDatabase } from '../database/shop-database.ts';
import { shopActivities } from '../status/shop-activities.ts';

/** Where a worker dies. */
export interface Doom {
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly taskQueue: string;
  /** `uncommitted`: every row of the move is written; `unreported`: it is committed, and Temporal has not heard. */
  readonly place: 'uncommitted' | 'unreported';
  /** The move: to this status. */
  readonly to: string;
  readonly orderId: string;
}

const doom = JSON.parse(process.argv[2] ?? '') as Doom;
installTemporalRuntime(() => {});
const database = openDatabase<ShopDatabase>({ url: doom.databaseUrl, name: 'doomed' });
const outbox = createOutbox({ db: database.pool, source: '/bezel/shop' });

/** Nothing goes on from here. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}

const isTheMove = ({ orderId, to }: { readonly orderId: string; readonly to: string }): boolean =>
  orderId === doom.orderId && to === doom.to;

const dying: Outbox = Object.assign(Object.create(outbox) as Outbox, {
  write: (async (...written: Parameters<Outbox['write']>) => {
    const result = await outbox.write(...written);
    const data = written[2] as { readonly orderId: string; readonly to: string };
    return doom.place === 'uncommitted' && isTheMove(data) ? die() : result;
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
      if (doom.place === 'unreported' && isTheMove(move)) await die();
    },
  },
});
await worker.run();
