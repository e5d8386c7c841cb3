import type { OrderClient } from '@bezel/order-workflow/client';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import { askAsSweeper } from './ask-as-sweeper.ts';
import type { Waiting } from './forgotten-orders.ts';

/** With what a look at orders is done. */
export interface Looking {
  readonly db: Kysely<ShopDatabase>;
  readonly workflows: Pick<OrderClient, 'presenceOf' | 'openAmong'>;
  readonly sweeper: string;
  readonly signal: AbortSignal;
}

/** A page of orders, those of them without an open workflow, and for how many it was asked that one is started. */
export interface Looked {
  readonly page: readonly Waiting[];
  readonly without: readonly Waiting[];
  readonly asked: number;
}

/**
 * Asks, page by page, that a workflow is started of the orders that have none. What was asked for stays, whatever comes of the
 * pages behind it.
 */
export async function* askForMissing(
  pages: AsyncIterable<readonly Waiting[]>,
  { db, workflows, sweeper, signal }: Looking,
): AsyncGenerator<Looked> {
  for await (const page of pages) {
    signal.throwIfAborted();
    const without = await missing(workflows, page);
    let asked = 0;
    for (const { id: orderId } of without) {
      if (await askAsSweeper(db, { orderId, sweeper }, { kind: 'run-workflow' })) asked++;
    }
    yield { page, without, asked };
  }
}

/** Those of some orders without an open workflow. Visibility lags: whom it does not name is asked about one by one. */
export async function missing<Order extends Waiting>(
  workflows: Looking['workflows'],
  orders: readonly Order[],
): Promise<Order[]> {
  const open = await workflows.openAmong(orders.map(({ id }) => id));
  const found: Order[] = [];
  for (const order of orders) {
    if (open.has(order.id)) continue;
    if ((await workflows.presenceOf(order.id)).is !== 'open') found.push(order);
  }
  return found;
}
