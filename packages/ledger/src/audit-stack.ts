import { accountOf } from './account/account-of.ts';
import type { Claim, Evidence, MessageCopy, ViewRow, WorkflowSeen } from './account/evidence.ts';
import { type App, VIEW_HOPS, type ViewHop } from './account/hops.ts';
import type { OrderAccount } from './account/order-account.ts';
import { auditOrder } from './audit/audit-order.ts';
import type { Finding } from './audit/finding.ts';
import type { AuditTerms } from './audit/judge.ts';
import { type AuditLimits, WORKING_LIMITS } from './audit/limits.ts';
import { type Batches, batchesOf } from './sources/batches.ts';
import { copyOf, ORDER_TOPICS, type OrderTopics } from './sources/copy-of.ts';
import { ExternalSort } from './sources/external-sort.ts';
import { handledByOrder, type MessageOrder, messageOrderOf } from './sources/handled-by-order.ts';
import { groupSorted } from './sources/merge.ts';
import { openTopics, type TopicOffsets } from './sources/topics.ts';
import { openViews, type ViewRowRead, type ViewSnapshot } from './sources/views.ts';
import { openWorkflows, type WorkflowReader, type WorkflowsPlace } from './sources/workflows.ts';

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
  /** Only these orders; all when absent. */
  readonly orderIds?: readonly string[];
  /** Where to begin on the topics; at the oldest message when absent. */
  readonly from?: TopicOffsets;
  /** What clients were told. */
  readonly claims?: readonly Claim[];
}

/** One order, what is known about it, and what is wrong with it. */
export interface OrderAudit {
  readonly account: OrderAccount;
  readonly findings: readonly Finding[];
}

/**
 * Audits orders across the three databases, the topics and Temporal, one order at a time, in order of their ids. Reads
 * only; memory does not grow with the number of orders.
 *
 * The system may be at work meanwhile. Its parts are read at different moments: first the topics up to where they end
 * now, then CRM, MES and shop each in a snapshot of its own, last Temporal. So whatever lies on a topic had been
 * committed when the outbox is read; and what is missing downstream is given the time of `limits` before it is lost.
 *
 * @throws ViewUnavailableError, ViewRowUnreadableError, PartitionUnavailableError, PayloadKeyUnknownError
 * @example
 * for await (const { findings } of auditStack(stack)) report(findings.filter(isDefect));
 */
export async function* auditStack(stack: AuditedStack, options: AuditOptions = {}): AsyncGenerator<OrderAudit> {
  const terms: AuditTerms = { readAt: Date.now(), limits: options.limits ?? WORKING_LIMITS };
  await using open = new AsyncDisposableStack();
  const sorted = <Item>(keyOf: (item: Item) => string): ExternalSort<Item> => open.use(new ExternalSort<Item>(keyOf));

  const copies = sorted<MessageCopy>(orderOf);
  const messages = sorted<MessageOrder>((message) => message.messageId);
  await readTopics(stack, options, async (batch) => {
    await copies.add(batch);
    await messages.add(batch.map(messageOrderOf));
  });

  const handled = sorted<ViewRow>(orderOf);
  const views: Batches<Evidence>[] = [];
  for (const app of ['crm', 'mes', 'shop'] as const) {
    const snapshot = open.use(await openViews(stack.postgres[app], app, options));
    for (const hop of VIEW_HOPS[app]) {
      if (!hop.endsWith('.inbox')) views.push(withOrder(snapshot, hop));
      else for await (const batch of handledByOrder(messages.sorted(), snapshot.rows(hop))) await handled.add(batch);
    }
  }

  const workflowReader = open.use(await openWorkflows(stack.temporal));
  const workflows = sorted<WorkflowSeen>(orderOf);
  for await (const batch of workflowReader.seen(options.orderIds)) await workflows.add(batch);

  const claims = (options.claims ?? []).toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
  const sources = [...views, handled.sorted(), copies.sorted(), workflows.sorted(), batchesOf<Evidence>(claims)];
  for await (const { key, items } of groupSorted<Evidence>(sources, orderOf)) {
    yield await auditOne(key, items, terms, workflowReader);
  }
}

const orderOf = (item: { readonly orderId: string }): string => item.orderId;

async function readTopics(
  { kafka, topics = ORDER_TOPICS }: AuditedStack,
  { from, orderIds }: AuditOptions,
  take: (copies: MessageCopy[]) => Promise<void>,
): Promise<void> {
  const wanted = orderIds && new Set(orderIds);
  await using reader = openTopics(kafka);
  const to = await reader.ends(Object.values(topics));
  for await (const batch of reader.read({ from, to })) {
    const copies: MessageCopy[] = [];
    for (const message of batch) {
      const copy = copyOf(message, topics);
      if (copy !== null && (wanted === undefined || wanted.has(copy.orderId))) copies.push(copy);
    }
    await take(copies);
  }
}

async function* withOrder(snapshot: ViewSnapshot, hop: ViewHop): Batches<ViewRow> {
  const ofOrder = (row: ViewRowRead): row is ViewRow => row.orderId !== null;
  for await (const batch of snapshot.rows(hop)) yield batch.filter(ofOrder);
}

/**
 * A fact that the workflow has taken and not answered is either kept by it or lost; its history tells. Histories are long,
 * so only those in question are read.
 */
async function auditOne(
  orderId: string,
  evidence: readonly Evidence[],
  terms: AuditTerms,
  workflows: WorkflowReader,
): Promise<OrderAudit> {
  const account = accountOf(orderId, evidence);
  const findings = auditOrder(account, terms);
  const inQuestion = findings.some((finding) => finding.hop === 'workflow' && finding.messageId !== undefined);
  if (!inQuestion || account.workflow === null) return { account, findings };
  const workflow = { ...account.workflow, signalled: await workflows.signalled(orderId) };
  const known = { ...account, workflow };
  return { account: known, findings: auditOrder(known, terms) };
}
