import { ORDER_STATUSES } from '@bezel/contracts';
import { isDefect } from '../../audit/finding.ts';
import { type AuditedStack, auditStack } from '../../audit-stack.ts';
import { lowestIdAt } from '../../sources/views/id-time.ts';
import { openOrderDetails } from '../../sources/views/order-details.ts';
import { shopClock } from '../../sources/views/shop-clock.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { listDocument, listText } from '../report/list-report.ts';

const MOST_LISTED = 50;

export const list: Command = {
  name: 'list',
  summary: 'Lists orders, oldest first: by status, lateness, partner and age, or those that are unaccounted for.',
  details:
    'With --unaccounted all orders are audited first, and it exits 1 when one of them is listed. Filters narrow each other.',
  options: [
    { name: 'status', value: 'status', help: `one of ${ORDER_STATUSES.join(', ')}` },
    { name: 'late', help: 'only orders that have passed the SLA of the status they are in' },
    { name: 'partner', value: 'tenant', help: 'only orders of this tenant; the shop’s own customers are "public"' },
    {
      name: 'older-than',
      value: 'time',
      help: 'only orders submitted longer ago, by the time in their ids: 90s, 15m, 2h, 3d',
    },
    {
      name: 'unaccounted',
      help: 'only orders of which something is lost, doubled, out of order, unfinished or unreadable',
    },
    { name: 'limit', value: 'n', help: `so many at most (${MOST_LISTED})` },
  ],
  async run({ given, servers, progress, signal }) {
    const olderThan = given.duration('older-than');
    const limit = given.wholeNumber('limit') ?? MOST_LISTED;
    const selection = {
      status: given.oneOf('status', ORDER_STATUSES),
      late: given.flag('late') ? true : undefined,
      tenant: given.text('partner'),
    };
    const unaccounted = given.flag('unaccounted');
    const { stack } = servers();
    const orderIds = unaccounted ? await unaccountedOrders(stack, { progress, signal }) : undefined;
    const now = await shopClock(stack.postgres.shop, signal);
    const beforeId = olderThan === undefined ? undefined : lowestIdAt(now - olderThan);
    await using shop = await openOrderDetails(stack.postgres.shop, signal);
    // One more than is shown tells whether there are more.
    const found = await shop.list({ ...selection, beforeId, orderIds, limit: limit + 1 });
    // Of an order that was lost whole there is no row to list; it must not look like one that is well.
    const withRow = orderIds === undefined ? [] : await shop.list({ orderIds, limit: Math.max(1, orderIds.length) });
    const withoutRow = (orderIds?.length ?? 0) - withRow.length;
    const page = { orders: found.slice(0, limit), more: found.length > limit, withoutRow, now };
    return {
      document: listDocument(page),
      text: (paint) => listText(page, paint),
      exitCode: unaccounted && found.length + withoutRow > 0 ? EXIT.unaccounted : EXIT.done,
    };
  },
};

async function unaccountedOrders(
  stack: AuditedStack,
  { progress, signal }: Pick<Context, 'progress' | 'signal'>,
): Promise<string[]> {
  const orderIds: string[] = [];
  for await (const { account, findings } of auditStack(stack, { onProgress: progress, signal })) {
    if (findings.some(isDefect)) orderIds.push(account.orderId);
  }
  return orderIds;
}
