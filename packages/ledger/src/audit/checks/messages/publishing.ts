import type { MessageCopy } from '../../../account/evidence.ts';
import { type OutboxHop, TOPIC_OF, type TopicHop } from '../../../account/hops.ts';
import { copiesOn, type OrderAccount, type WrittenMessage, writtenFor } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type AuditTerms, type Check, groupedBy, missing } from '../../judge.ts';

/**
 * Outbox and topic tell the same: every row has a copy, every copy has a row, and first copies are in order. Repeats are
 * allowed, as many as there are. A message that was published again because it was missing has no place in that order: it
 * came late, and the repair that brought it says so. A message that was there before it was published again has its place.
 */
export const checkPublishing: Check = (account, terms) =>
  (['shop.outbox', 'mes.outbox'] as const).flatMap((outbox) => checkOutbox(account, terms, outbox));

function checkOutbox(account: OrderAccount, terms: AuditTerms, outbox: OutboxHop): Finding[] {
  const found: Finding[] = [];
  const topic = TOPIC_OF[outbox];
  const { orderId } = account;
  const written = writtenFor(account, outbox);
  const copies = copiesOn(account, topic);
  const copiesOf = groupedBy(copies, (copy) => copy.messageId);

  for (const same of groupedBy(written, (message) => message.messageId).values()) {
    const [message] = same;
    if (message === undefined) continue;
    if (same.length > 1) {
      const detail = `${message.type} is written ${same.length} times under one id`;
      found.push({ kind: 'doubled-effect', hop: outbox, orderId, messageId: message.messageId, detail });
    }
    if (!copiesOf.has(message.messageId)) {
      const detail = `${message.type}, written as ${message.shard}/${message.seq}, is not on the topic`;
      found.push(missing(account, terms, { hop: topic, since: message.at, messageId: message.messageId, detail }));
    }
  }

  const known = new Set(written.map((message) => message.messageId));
  for (const [messageId, [copy]] of copiesOf) {
    // The topics are read first: what was on one had been committed long before the outbox was read.
    if (known.has(messageId) || copy === undefined) continue;
    const detail = `${copy.type} is on the topic, and no transaction wrote it`;
    found.push({ kind: 'phantom', hop: topic, orderId, messageId, detail });
  }

  const partitions = [...new Set(copies.map((copy) => copy.partition))];
  if (partitions.length > 1) {
    const detail = `copies are in partitions ${partitions.join(', ')}: nothing keeps their order`;
    found.push({ kind: 'out-of-order', hop: topic, orderId, detail });
  } else {
    found.push(...checkOrder(account, topic, written, copiesOf));
  }
  return found;
}

/**
 * Every writer of an order's messages holds the lock of the order's row, or of its work order's, before it draws a
 * number (docs/views.md). So the numbers of one order are in the order of its commits, and the relay owes their order.
 */
function checkOrder(
  account: OrderAccount,
  hop: TopicHop,
  written: readonly WrittenMessage[],
  copiesOf: ReadonlyMap<string, readonly MessageCopy[]>,
): Finding[] {
  const found: Finding[] = [];
  let furthest: { message: WrittenMessage; offset: bigint } | undefined;
  for (const message of written) {
    const first = copiesOf.get(message.messageId)?.[0];
    if (first === undefined || isBroughtLate(account, first)) continue;
    const { offset } = first;
    if (furthest === undefined || offset > furthest.offset) {
      furthest = { message, offset };
      continue;
    }
    const { type, messageId } = message;
    const detail = `${type} (offset ${offset}) came before ${furthest.message.type} (offset ${furthest.offset}), written earlier`;
    found.push({ kind: 'out-of-order', hop, orderId: account.orderId, messageId, detail });
  }
  return found;
}

/**
 * A copy may come so long before the repair that brought it is recorded: clocks of databases differ, and a shop that is ended in
 * between records it when it is back. Shorter than a hop may take, so nobody asks for a message so soon after it was there.
 */
const RECORDED_WITHIN_MS = 30_000;

/** Nothing of it was on the topic before a repair published it again. */
const isBroughtLate = ({ repairs }: OrderAccount, { messageId, at }: MessageCopy): boolean =>
  repairs.some(
    (repair) =>
      repair.kind === 'publish-again' && repair.messageId === messageId && at >= repair.at - RECORDED_WITHIN_MS,
  );
