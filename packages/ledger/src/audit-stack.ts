import { accountOf } from './account/account-of.ts';
import type { Claim, Evidence, MessageCopy } from './account/evidence.ts';
import { type App, type InboxHop, VIEW_HOPS, type ViewHop } from './account/hops.ts';
import type { OrderAccount } from './account/order-account.ts';
import { auditOrder } from './audit/audit-order.ts';
import type { Finding } from './audit/finding.ts';
import type { AuditTerms } from './audit/judge.ts';
import { type AuditLimits, WORKING_LIMITS } from './audit/limits.ts';
import { type Batches, batchesOf } from './sources/batches.ts';
import { copyOf, ORDER_TOPICS, type OrderTopics } from './sources/copy-of.ts';
import { handledByOrder, type InboxRows } from './sources/handled-by-order.ts';
import { idTime, lowestIdAt } from './sources/id-time.ts';
import { LineSort } from './sources/line-sort.ts';
import { groupSorted } from './sources/merge.ts';
import { evidenceIn, lineOfCopy, lineOfWorkflow, orderIdIn } from './sources/message-lines.ts';
import { openTopics, type TopicOffsets } from './sources/topics.ts';
import { openViews, type PackedRows, rowsIn } from './sources/views.ts';
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
  /** Only orders submitted since, in milliseconds since 1970; all when absent. */
  readonly since?: number;
  /** Where to begin on the topics; when absent, at the time of the first order asked for, or at the oldest message. */
  readonly from?: TopicOffsets;
  /** What clients were told. */
  readonly claims?: readonly Claim[];
  /** Told now and then how far the audit is, in words. */
  readonly onProgress?: (line: string) => void;
  /** Ends the audit when it fires, with its reason. */
  readonly signal?: AbortSignal;
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
  const { onProgress = () => {}, signal } = options;
  const selection = selectionOf(options);
  await using open = new AsyncDisposableStack();

  const copies = open.use(new LineSort());
  let messages = 0;
  for await (const batch of copiesOf(stack, options, selection)) {
    signal?.throwIfAborted();
    await copies.add(batch.map(lineOfCopy));
    messages += batch.length;
    onProgress(`${messages} messages read from the topics`);
  }

  const views: Batches<Known>[] = [];
  const inboxes: InboxRows[] = [];
  for (const app of ['crm', 'mes', 'shop'] as const) {
    const snapshot = open.use(await openViews(stack.postgres[app], app, selection));
    for (const hop of VIEW_HOPS[app]) {
      if (isInbox(hop)) inboxes.push({ hop, rows: snapshot.byMessage(hop) });
      else views.push(snapshot.byOrder(hop));
    }
  }
  const byOrder = open.use(new LineSort());
  let rows = 0;
  for await (const lines of handledByOrder(copies.sorted(), inboxes)) {
    signal?.throwIfAborted();
    await byOrder.add(lines);
    rows += lines.length;
    onProgress(`${rows} messages and inbox rows brought together`);
  }

  const workflowReader = open.use(await openWorkflows(stack.temporal));
  let workflows = 0;
  const seenSince = options.since === undefined ? undefined : options.since - CLOCKS_DIFFER_MS;
  for await (const batch of workflowReader.seen({ orderIds: options.orderIds, since: seenSince })) {
    signal?.throwIfAborted();
    await byOrder.add(batch.filter(({ orderId }) => orderId >= selection.fromId).map(lineOfWorkflow));
    workflows += batch.length;
    onProgress(`${workflows} workflows seen`);
  }

  const claims = (options.claims ?? []).toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
  const sources = [...views, byOrder.sorted(), batchesOf(claims)];
  let audited = 0;
  for await (const { key, items } of groupSorted<Known>(sources, orderOf)) {
    signal?.throwIfAborted();
    yield await auditOne(key, items.flatMap(evidenceOf), terms, workflowReader);
    audited += 1;
    onProgress(`${audited} orders audited`);
  }
}

/** What one source has of one order, as it comes. */
type Known = PackedRows | string | Claim;

const orderOf = (known: Known): string => (typeof known === 'string' ? orderIdIn(known) : known.orderId);

function evidenceOf(known: Known): readonly Evidence[] {
  if (typeof known === 'string') return [evidenceIn(known)];
  return 'text' in known ? rowsIn(known) : [known];
}

const isInbox = (hop: ViewHop): hop is InboxHop => hop.endsWith('.inbox');

/** Which orders are audited: the given ones, of these those whose id is not lower than `fromId`. */
interface Selection {
  readonly orderIds: readonly string[] | undefined;
  readonly fromId: string;
}

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** When the first of some orders was submitted, as their ids tell; undefined when one of them does not. */
function submittedSince(orderIds: readonly string[] | undefined): number | undefined {
  const times = (orderIds ?? []).map(idTime);
  return times.length === 0 || times.includes(null) ? undefined : Math.min(...(times as number[]));
}

const selectionOf = ({ orderIds, since }: AuditOptions): Selection => ({
  orderIds,
  fromId: since === undefined ? LOWEST_ID : lowestIdAt(since),
});

/** Clocks of producers and of the shop may differ by so much. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

async function* copiesOf(
  { kafka, topics = ORDER_TOPICS }: AuditedStack,
  { from, since: asked }: AuditOptions,
  { orderIds, fromId }: Selection,
): Batches<MessageCopy> {
  const wanted = orderIds && new Set(orderIds);
  const names = Object.values(topics);
  await using reader = openTopics(kafka);
  const to = await reader.ends(names);
  const since = asked ?? submittedSince(orderIds);
  const begin = from ?? (since === undefined ? undefined : await reader.at(names, since - CLOCKS_DIFFER_MS));
  for await (const batch of reader.read({ from: begin, to })) {
    const copies: MessageCopy[] = [];
    for (const message of batch) {
      const copy = copyOf(message, topics);
      if (copy === null || copy.orderId < fromId) continue;
      if (wanted === undefined || wanted.has(copy.orderId)) copies.push(copy);
    }
    yield copies;
  }
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
