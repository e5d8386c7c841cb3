import type { Claim, MessageCopy } from './account/evidence.ts';
import { type App, isInbox, READ_IN_TURN, VIEW_HOPS } from './account/hops.ts';
import type { AuditTerms } from './audit/judge.ts';
import { type AuditLimits, WORKING_LIMITS } from './audit/limits.ts';
import { auditKnown, type Known, type OrderAudit, orderOf, withHistory } from './audit-known.ts';
import { type Batches, batchesOf } from './sources/batches.ts';
import { CLOCKS_DIFFER_MS } from './sources/clocks.ts';
import { handledByOrder, type InboxRows } from './sources/sorted/handled-by-order.ts';
import { LineSort } from './sources/sorted/line-sort.ts';
import { groupSorted } from './sources/sorted/merge.ts';
import { copiesIn, rangeOf } from './sources/topics/copies.ts';
import { ORDER_TOPICS, type OrderTopics } from './sources/topics/copy-of.ts';
import { lineOfCopy, lineOfHeld, lineOfWorkflow } from './sources/topics/message-lines.ts';
import { openTopics, type TopicOffsets } from './sources/topics/topics.ts';
import { heldBackOn } from './sources/views/held-back.ts';
import { LOWEST_ID, lowestIdAt } from './sources/views/id-time.ts';
import { shopClock } from './sources/views/shop-clock.ts';
import { submittedSince } from './sources/views/submitted-since.ts';
import { openViews } from './sources/views/views.ts';
import { openWorkflows, type WorkflowsPlace } from './sources/workflows.ts';

export type { OrderAudit } from './audit-known.ts';

/** Where everything that knows about orders is reached. */
export interface AuditedStack {
  /** Connection strings; each login must be a member of `bezel_audit`. */
  readonly postgres: Readonly<Record<App, string>>;
  readonly kafka: readonly string[];
  /** Default: {@link ORDER_TOPICS}. Others only where several systems share a Kafka, as in tests. */
  readonly topics?: OrderTopics;
  readonly temporal: WorkflowsPlace;
}

export interface AuditOptions {
  /** Default: {@link WORKING_LIMITS}. */
  readonly limits?: AuditLimits;
  /** What time it is, in milliseconds since 1970; default: by the shop's database, whatever the clock of this machine says. */
  readonly readAt?: number;
  /** Only these orders; all when absent. */
  readonly orderIds?: readonly string[];
  /** Only orders submitted since, as their ids tell, in milliseconds since 1970; all when absent. */
  readonly since?: number;
  /** Where to begin on the topics; when absent, at the time of the first order asked for, or at the oldest message. */
  readonly from?: TopicOffsets;
  /** What the caller has read from the topics himself, up to where they ended before now: nothing is read from them then. */
  readonly copies?: readonly MessageCopy[];
  /** Whether each account is to show what the workflow was told: its history is read for that, which is for few orders. Default: no. */
  readonly histories?: boolean;
  /** What clients were told. */
  readonly claims?: readonly Claim[];
  /** Told now and then how far the audit is, in words. */
  readonly onProgress?: (line: string) => void;
  /** Ends the audit when it fires, with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Audits orders across the three databases, the topics and Temporal, one order at a time, in order of their ids. Reads
 * only.
 *
 * Held at once are everything about one order, a batch of each source, and of what is sorted on disk at most 100,000 lines twice and
 * a piece of 256 KB of every 100,000 lines more: memory grows slowly with the number of messages. `npm run bench -- audit` measures it.
 *
 * The system may be at work meanwhile. Its parts are read as of different moments: first the topics up to where they end
 * now, then CRM, MES and shop each in a snapshot of its own, last Temporal. So whatever lies on a topic had been
 * committed when the outbox is read; and what is missing downstream is given the time of `limits` before it is lost.
 *
 * @throws SourceUnavailableError, ViewUnavailableError, PartitionUnavailableError
 * @example
 * for await (const { findings } of auditStack(stack)) report(findings.filter(isDefect));
 */
export async function* auditStack(stack: AuditedStack, options: AuditOptions = {}): AsyncGenerator<OrderAudit> {
  const { orderIds, onProgress = () => {}, signal } = options;
  const readAt = options.readAt ?? (await shopClock(stack.postgres.shop, signal));
  const terms: AuditTerms = { readAt, limits: options.limits ?? WORKING_LIMITS };
  const fromId = options.since === undefined ? LOWEST_ID : lowestIdAt(options.since);
  const { kafka, topics = ORDER_TOPICS } = stack;
  await using open = new AsyncDisposableStack();

  const byOrder = open.use(new LineSort());
  const views: Batches<Known>[] = [];
  const inboxes: InboxRows[] = [];
  const readViews = async (messageIds?: readonly string[]): Promise<void> => {
    for (const app of READ_IN_TURN) {
      const snapshot = open.use(await openViews(stack.postgres[app], app, { orderIds, fromId, messageIds }, signal));
      for (const hop of VIEW_HOPS[app]) {
        if (isInbox(hop)) inboxes.push({ hop, rows: snapshot.byMessage(hop) });
        else views.push(snapshot.byOrder(hop));
      }
      await byOrder.add(heldBackOn(topics, snapshot.held).map(lineOfHeld));
    }
  };
  const selected = { orderIds, fromId };
  const since = options.copies ? undefined : await submittedSince(stack.postgres.shop, selected, signal);
  const reader = open.use(openTopics(kafka));
  const range = options.copies ? undefined : await rangeOf(reader, topics, { since, from: options.from });
  // Of few orders only the inbox rows of their messages are read, once these are known. Of all orders the databases sort
  // what they have while the topics are read.
  const few: string[] | undefined = orderIds === undefined ? undefined : [];
  if (few === undefined) await readViews();

  const copies = open.use(new LineSort());
  let messages = 0;
  for await (const batch of range === undefined
    ? batchesOf(options.copies ?? [])
    : copiesIn(reader.read(range), topics, selected)) {
    signal?.throwIfAborted();
    await copies.add(batch.map(lineOfCopy));
    messages += batch.length;
    if (messages <= FEW_MESSAGES) for (const { messageId } of batch) few?.push(messageId);
    onProgress(`${messages} messages read from the topics`);
  }
  if (few !== undefined) await readViews(messages <= FEW_MESSAGES ? few : undefined);

  let rows = 0;
  for await (const lines of handledByOrder(copies.sorted(), inboxes)) {
    signal?.throwIfAborted();
    await byOrder.add(lines);
    rows += lines.length;
    onProgress(`${rows} messages and inbox rows brought together`);
  }

  const workflowReader = open.use(await openWorkflows(stack.temporal, signal));
  let workflows = 0;
  for await (const batch of workflowReader.seen({ orderIds, since: since && since - CLOCKS_DIFFER_MS })) {
    signal?.throwIfAborted();
    await byOrder.add(batch.filter(({ orderId }) => orderId >= fromId).map(lineOfWorkflow));
    workflows += batch.length;
    onProgress(`${workflows} workflows seen`);
  }

  const claims = (options.claims ?? []).toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
  const sources = [...views, byOrder.sorted(), batchesOf(claims)];
  let audited = 0;
  for await (const { key, items } of groupSorted<Known>(sources, orderOf)) {
    signal?.throwIfAborted();
    const audit = await auditKnown(key, items, terms, workflowReader);
    yield options.histories ? await withHistory(audit, workflowReader) : audit;
    audited += 1;
    onProgress(`${audited} orders audited`);
  }
}

/** As many messages are asked for by their ids. */
const FEW_MESSAGES = 50_000;
