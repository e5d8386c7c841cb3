import { APPS } from '../account/hops.ts';
import { WORKING_LIMITS } from '../audit/limits.ts';
import { type AuditedStack, type AuditOptions, auditStack } from '../audit-stack.ts';
import { openOrderDetails } from '../sources/views/order-details.ts';
import { parkedOf } from '../sources/views/parked.ts';
import { repairsOf } from '../sources/views/repairs.ts';
import { shopClock } from '../sources/views/shop-clock.ts';
import { openWorkflows } from '../sources/workflows.ts';
import type { Situation } from './situation.ts';

/**
 * Reads all that is known about one order, as of now by the shop's database. A source that cannot be read is named in `unread` and its part left out: an
 * answer without Temporal is better than none. Only the shop must be there, since nothing is told of an order without it.
 *
 * @throws SourceUnavailableError, ViewUnavailableError of the shop
 */
export async function readSituation(
  stack: AuditedStack,
  orderId: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Situation> {
  const at = await shopClock(stack.postgres.shop, signal);
  await using shop = await openOrderDetails(stack.postgres.shop, signal);
  const details = await shop.one({ id: orderId });
  const aborting = signal === undefined ? {} : { signal };
  const unread = new Set<string>();
  const orElse = async <T>(otherwise: T, read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      signal?.throwIfAborted();
      unread.add(error instanceof Error ? error.message : String(error));
      return otherwise;
    }
  };
  const [audit, work, repairs, ...parked] = await Promise.all([
    orElse(null, () => auditOf(stack, orderId, { readAt: at, ...aborting })),
    orElse(null, async () => {
      await using workflows = await openWorkflows(stack.temporal, signal);
      return await workflows.atWork(orderId);
    }),
    orElse([], () => repairsOf(stack.postgres.shop, orderId, signal)),
    ...APPS.map((app) => orElse([], () => parkedOf(stack.postgres[app], app, orderId, signal))),
  ]);
  return { orderId, at, details, audit, parked: parked.flat(), repairs, work, unread: [...unread] };
}

async function auditOf(
  stack: AuditedStack,
  orderId: string,
  more: Pick<AuditOptions, 'readAt' | 'signal'>,
): Promise<Situation['audit']> {
  const options = { orderIds: [orderId], limits: WORKING_LIMITS, ...more };
  for await (const audit of auditStack(stack, options)) return audit;
  return null;
}
