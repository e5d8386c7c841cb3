import type { OrderStatus } from '@bezel/contracts';
import type { Evidence, HeldBack, MessageCopy, ViewRow, WorkflowSeen, WorkflowStatus } from '../../account/evidence.ts';
import type { InboxHop, TopicHop } from '../../account/hops.ts';

// What is known of messages, as lines that can be sorted: first by message, to meet the inboxes, then by order. Fields are
// divided by tabs, and a text that others chose is encoded, so that none holds a tab or a line break.

/** A copy as a line that sorts by its message. */
export function lineOfCopy(copy: MessageCopy): string {
  const { messageId, orderId, hop, type, partition, offset, at, move, tellsCustomer } = copy;
  // Joined, not a template: its result is one flat text, where a template's keeps all of its parts.
  const parts = [encoded(messageId), orderId, hop, encoded(type), partition, offset, at, move?.seq, move?.to];
  if (tellsCustomer) parts.push(CUSTOMER);
  return parts.join('\t');
}

/** The message's id, with which the line begins. */
export const messageIdIn = (line: string): string => line.slice(0, line.indexOf('\t'));

/** An inbox row as a line, without its hop; the views are asked for it in this form, sorted by message. */
export interface HandledLine {
  readonly hop: InboxHop;
  /** message id, at, group */
  readonly line: string;
}

/** At the end of a delay’s copy, where the customer is to hear of it. */
const CUSTOMER = 'customer';

const COPY = 'c';
const HANDLED = 'h';
const WORKFLOW = 'w';
const HELD = 'p';

/**
 * What belongs to one message, as lines that sort by order: its copies, and who took it. An inbox knows messages and not
 * orders; the copies tell. A message is about one order; were it on two, both would be told.
 */
export function linesByOrder(copies: readonly string[], handled: readonly HandledLine[]): string[] {
  const lines: string[] = [];
  const orders: string[] = [];
  for (const line of copies) {
    const [messageId = '', orderId = ''] = line.split('\t', 2);
    lines.push([orderId, COPY, messageId, line.slice(messageId.length + orderId.length + 2)].join('\t'));
    if (!orders.includes(orderId)) orders.push(orderId);
  }
  for (const orderId of orders) {
    for (const { hop, line } of handled) lines.push([orderId, HANDLED, hop, line].join('\t'));
  }
  return lines;
}

/** A workflow as a line that sorts by its order. */
export const lineOfWorkflow = ({ orderId, status, startedAt, closedAt }: WorkflowSeen): string =>
  [orderId, WORKFLOW, status, startedAt, closedAt].join('\t');

/** What is held back of an order as a line that sorts by its order. */
export const lineOfHeld = ({ orderId, hop, topic, messages, at }: HeldBack): string =>
  [orderId, HELD, hop, topic, messages, at].join('\t');

/** The order's id, with which the line begins. */
export const orderIdIn = messageIdIn;

/** Reads a line of {@link linesByOrder}, {@link lineOfWorkflow} or {@link lineOfHeld} back. */
export function evidenceIn(line: string): Evidence {
  const fields = line.split('\t');
  const [orderId = '', kind] = fields;
  if (kind === HANDLED) {
    const [, , hop, messageId = '', at, group = ''] = fields;
    const row: ViewRow = { source: 'view', orderId, hop: hop as InboxHop, messageId, state: group, at: Number(at) };
    return row;
  }
  if (kind === WORKFLOW) {
    const [, , status, startedAt, closedAt] = fields;
    return {
      source: 'workflow',
      orderId,
      status: status as WorkflowStatus,
      startedAt: Number(startedAt),
      closedAt: closedAt ? Number(closedAt) : null,
    };
  }
  if (kind === HELD) {
    const [, , hop, topic, messages, at] = fields;
    const held = { hop: hop as InboxHop, topic: topic as TopicHop, messages: Number(messages), at: Number(at) };
    return { source: 'parked', orderId, ...held };
  }
  const [, , messageId = '', hop, type = '', partition, offset = '0', at, seq = '', to, hearer] = fields;
  const copy = {
    source: 'topic' as const,
    orderId,
    hop: hop as TopicHop,
    messageId: decoded(messageId),
    type: decoded(type),
    partition: Number(partition),
    offset: BigInt(offset),
    at: Number(at),
  };
  if (hearer === CUSTOMER) return { ...copy, tellsCustomer: true };
  return seq === '' ? copy : { ...copy, move: { seq: Number(seq), to: to as OrderStatus } };
}

const PLAIN = /^[\w.:/-]*$/;
const encoded = (text: string): string => (PLAIN.test(text) ? text : `%${encodeURIComponent(text)}`);
const decoded = (text: string): string => (text.startsWith('%') ? decodeURIComponent(text.slice(1)) : text);
