import type { InboxHop, ViewHop } from './account/hops.ts';
import { isInbox, READ_IN_TURN, VIEW_HOPS } from './account/hops.ts';
import type { AuditLimits } from './audit/limits.ts';
import { auditKnown, type Known, type OrderAudit, orderOf } from './audit-known.ts';
import type { AuditedStack } from './audit-stack.ts';
import { type Batches, batchesOf } from './sources/batches.ts';
import { handledByOrder, type InboxRows } from './sources/sorted/handled-by-order.ts';
import { LineSort } from './sources/sorted/line-sort.ts';
import { Cursor, groupSorted } from './sources/sorted/merge.ts';
import { copiesOn } from './sources/topics/copies.ts';
import { ORDER_TOPICS } from './sources/topics/copy-of.ts';
import { lineOfCopy, lineOfHeld, lineOfWorkflow, orderIdIn } from './sources/topics/message-lines.ts';
import { heldBackOn } from './sources/views/held-back.ts';
import { LOWEST_ID } from './sources/views/id-time.ts';
import { submittedSince } from './sources/views/submitted-since.ts';
import { openViews } from './sources/views/views.ts';
import { openWorkflows } from './sources/workflows.ts';

/** How all orders are audited little by little. */
interface SlicesOptions {
  /** What time it is, in milliseconds since 1970. */
  readonly readAt: number;
  readonly limits: AuditLimits;
  /** Begins with the orders whose id is not lower: where an earlier pass was ended. */
  readonly fromId?: string | undefined;
  /** About so many orders at a time: as long as that takes, a snapshot of each database is open. */
  readonly ordersASlice: number;
  /** Awaited between any two steps, while no snapshot is open: whoever waits here for long holds nobody up. */
  readonly rest: () => Promise<void>;
  /** Told whenever it has come further, between two rests. */
  readonly getsOn: () => void;
  /** Told after each slice from which id a pass that fails now can go on. */
  readonly onSlice: (nextId: string) => void;
  /** Ends the audit when it fires, with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Audits all orders, in order of their ids, as `auditStack` does, but slowly: topics, inboxes and Temporal's list are read once
 * and laid down sorted by order, then the views are read slice by slice, each in a snapshot of its own.
 *
 * So what it says of an order has been read at moments that lie minutes apart. Whatever came in between is younger than the
 * beginning and so on its way; but what it finds wrong is to be looked at again by `auditStack`, of that order alone.
 *
 * @throws SourceUnavailableError, ViewUnavailableError, PartitionUnavailableError
 */
export async function* auditSlices(stack: AuditedStack, options: SlicesOptions): AsyncGenerator<OrderAudit> {
  const { readAt, limits, ordersASlice, rest, getsOn, onSlice, signal } = options;
  const terms = { readAt, limits };
  await using open = new AsyncDisposableStack();
  const workflows = open.use(await openWorkflows(stack.temporal, signal));
  const byOrder = open.use(new LineSort());
  const fromId = options.fromId ?? LOWEST_ID;
  const since = await submittedSince(stack.postgres.shop, { orderIds: undefined, fromId }, signal);

  await addMessages(byOrder, stack, { fromId, since }, options);
  for await (const batch of workflows.seen({ since: since && since - DAY })) {
    signal.throwIfAborted();
    await byOrder.add(batch.filter(({ orderId }) => orderId >= fromId).map(lineOfWorkflow));
    await rest();
  }

  const lines = new Cursor(byOrder.sorted(), orderIdIn);
  open.defer(() => lines.close());
  await lines.advance();
  let begin: string | undefined = fromId;
  while (begin !== undefined) {
    signal.throwIfAborted();
    const slice: Slice = await nextSlice(lines, ordersASlice);
    yield* auditRange(stack, { fromId: begin, ...slice, signal }, (orderId, known) => {
      getsOn();
      return auditKnown(orderId, known, terms, workflows);
    });
    begin = slice.beforeId;
    if (begin !== undefined) onSlice(begin);
    await rest();
  }
}

/** Clocks differ, and a sweeper may have started a workflow long after its order. An order without one is looked at again. */
const DAY = 24 * 60 * 60_000;

/** Lays down every copy, every inbox row and what is held back, by order. */
async function addMessages(
  byOrder: LineSort,
  { kafka, topics = ORDER_TOPICS, postgres }: AuditedStack,
  { fromId, since }: { readonly fromId: string; readonly since: number | undefined },
  { rest, getsOn, signal }: SlicesOptions,
): Promise<void> {
  await using open = new AsyncDisposableStack();
  const copies = open.use(new LineSort());
  for await (const batch of copiesOn({ kafka, topics }, { orderIds: undefined, fromId, since, from: undefined })) {
    signal.throwIfAborted();
    await copies.add(batch.map(lineOfCopy));
    await rest();
  }
  const inboxes: InboxRows[] = [];
  for (const app of READ_IN_TURN) {
    const hop = `${app}.inbox` as const;
    const snapshot = open.use(await openViews(postgres[app], app, { fromId, hops: [hop] }, signal));
    inboxes.push({ hop, rows: snapshot.byMessage(hop) });
    await byOrder.add(heldBackOn(topics, snapshot.held).map(lineOfHeld));
  }
  for await (const lines of handledByOrder(copies.sorted(), inboxes)) {
    signal.throwIfAborted();
    await byOrder.add(lines);
    getsOn();
  }
}

interface Slice {
  readonly lines: readonly string[];
  /** The slice after this one begins here; undefined of the last one. */
  readonly beforeId: string | undefined;
}

/** The lines of the next so many orders that have any. */
async function nextSlice(lines: Cursor<string>, orders: number): Promise<Slice> {
  const taken: string[] = [];
  let last: string | undefined;
  let count = 0;
  while (lines.key !== undefined) {
    if (lines.key !== last && ++count > orders) break;
    last = lines.key;
    taken.push(lines.current as string);
    if (!lines.step()) await lines.advance();
  }
  return { lines: taken, beforeId: lines.key };
}

async function* auditRange(
  { postgres }: AuditedStack,
  { fromId, beforeId, lines, signal }: Slice & { readonly fromId: string; readonly signal: AbortSignal },
  audit: (orderId: string, known: readonly Known[]) => Promise<OrderAudit>,
): AsyncGenerator<OrderAudit> {
  await using open = new AsyncDisposableStack();
  const views: Batches<Known>[] = [];
  for (const app of READ_IN_TURN) {
    const hops = VIEW_HOPS[app].filter((hop) => !isInbox(hop));
    const snapshot = open.use(await openViews(postgres[app], app, { fromId, beforeId, hops }, signal));
    for (const hop of hops) views.push(snapshot.byOrder(hop as Exclude<ViewHop, InboxHop>));
  }
  for await (const { key, items } of groupSorted<Known>([...views, batchesOf<Known>(lines)], orderOf)) {
    yield await audit(key, items);
  }
}
