import type { WorkflowSeen } from '../../account/evidence.ts';
import type { Hop } from '../../account/hops.ts';
import { HOPS } from '../../account/hops.ts';
import type { OrderAccount } from '../../account/order-account.ts';

/** One thing that one hop knows of an order. */
interface AccountEntry {
  readonly hop: Hop;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** For people. */
  readonly what: string;
  readonly messageId: string | null;
}

/** An account as a list: by hop along the way of an order, then by time. */
export function entriesOf(account: OrderAccount): readonly AccountEntry[] {
  const { workflow } = account;
  const entries: AccountEntry[] = [
    ...account.claims.map(({ at }) => entry('client', at, 'was told 201')),
    ...account.orders.map(({ status, at }) => entry('shop.order', at, status)),
    ...account.moves.map(({ seq, to, at, messageId }) => entry('shop.history', at, `move ${seq} to ${to}`, messageId)),
    ...account.refusals.map(({ kind, at, messageId }) => entry('shop.history', at, `refused ${kind}`, messageId)),
    ...account.delays.map(({ seq, kind, at, messageId }) =>
      entry('shop.delay', at, `${kind} after move ${seq}`, messageId),
    ),
    ...account.repairs.map(({ kind, at, messageId }) => entry('shop.repair', at, kind, messageId)),
    ...account.compensations.map(({ step, at, messageId }) =>
      entry('shop.cancellation', at, `${step}, done`, messageId),
    ),
    ...account.withdrawalFailures.map(({ tries, at }) =>
      entry('shop.cancellation', at, `withdrawal failed, ${tries} times by then`),
    ),
    ...account.written.map(({ hop, at, type, shard, seq, messageId }) =>
      entry(hop, at, `${type} as ${shard}/${seq}`, messageId),
    ),
    ...account.copies.map(({ hop, at, type, partition, offset, messageId }) =>
      entry(hop, at, `${type} at ${partition}/${offset}`, messageId),
    ),
    ...account.handled.map(({ hop, at, group, messageId }) => entry(hop, at, `taken by ${group}`, messageId)),
    ...account.held.map(({ hop, at, topic, messages }) =>
      entry(hop, at, `messages held back on ${topic}: ${messages}`),
    ),
    ...(workflow === null ? [] : entriesOfWorkflow(workflow)),
    ...account.workOrders.map(({ status, at, workOrderId }) =>
      entry('mes.work-order', at, `${status}, ${workOrderId ?? 'no id'}`),
    ),
    ...account.board.map(({ seq, to, at }) => entry('mes.board', at, `shows move ${seq} to ${to}`)),
    ...account.lateMarks.map(({ seq, at }) => entry('mes.late-mark', at, `late after move ${seq}`)),
    ...account.projected.map(({ seq, to, at, messageId }) =>
      entry('crm.projection', at, `move ${seq} to ${to}`, messageId),
    ),
    ...account.delaysShown.map(({ seq, kind, at, messageId, customerTold }) =>
      entry('crm.delay', at, `${kind} after move ${seq}${customerTold ? ', the customer was told' : ''}`, messageId),
    ),
    ...account.ordersShown.map(({ seq, to, late, at }) =>
      entry('crm.order', at, `${to} by move ${seq}${late ? ', late' : ''}`),
    ),
  ];
  return entries.sort((a, b) => HOPS.indexOf(a.hop) - HOPS.indexOf(b.hop) || a.at - b.at);
}

function entriesOfWorkflow({ startedAt, status, signalled = [], historyUnread }: WorkflowSeen): AccountEntry[] {
  return [
    entry('workflow', startedAt, `started; now ${status}`),
    ...signalled.map(({ messageId, kind, eventId, at }) =>
      entry('workflow', at, `told ${kind ?? 'something that is no fact'}, event ${eventId}`, messageId),
    ),
    ...(historyUnread === undefined
      ? []
      : [entry('workflow', startedAt, `what it was told cannot be read: ${historyUnread}`)]),
  ];
}

const entry = (hop: Hop, at: number, what: string, messageId: string | null = null): AccountEntry => ({
  hop,
  at,
  what,
  messageId,
});
