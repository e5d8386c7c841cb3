import {
  COMPENSATIONS,
  ORDER_STATUSES,
  type OrderStatus,
  WORK_ORDER_STATUSES,
  type WorkOrderStatus,
} from '@bezel/contracts';
import type { FactKind } from '@bezel/order-workflow';
import type { Claim, Evidence, HeldBack, MessageCopy, ViewRow, WorkflowSeen } from './evidence.ts';
import type { InboxHop, OutboxHop } from './hops.ts';
import type {
  CompensationSeen,
  DelaySeen,
  DelayShown,
  HandledMessage,
  LateMark,
  MoveSeen,
  OrderAccount,
  OrderSeen,
  OrderShown,
  RefusalSeen,
  RepairSeen,
  WithdrawalFailureSeen,
  WorkOrderSeen,
  WrittenMessage,
} from './order-account.ts';

/** A view says something that docs/views.md does not allow. The view is at fault, not the order. */
export class ViewRowUnreadableError extends Error {
  readonly code = 'view_row_unreadable';
  readonly retryable = false;
  readonly row: ViewRow;

  constructor(row: ViewRow, expected: string) {
    super(
      `${row.hop} of order ${row.orderId}: state "${row.state}" is not ${expected} (packages/ledger/docs/views.md)`,
    );
    this.name = 'ViewRowUnreadableError';
    this.row = row;
  }
}

/**
 * Sorts what is known about one order by hop.
 *
 * @throws ViewRowUnreadableError when a view's `state` does not have the agreed form.
 */
export function accountOf(orderId: string, evidence: Iterable<Evidence>): OrderAccount {
  const claims: Claim[] = [];
  const orders: OrderSeen[] = [];
  const moves: MoveSeen[] = [];
  const refusals: RefusalSeen[] = [];
  const delays: DelaySeen[] = [];
  const repairs: RepairSeen[] = [];
  const compensations: CompensationSeen[] = [];
  const withdrawalFailures: WithdrawalFailureSeen[] = [];
  const written: WrittenMessage[] = [];
  const copies: MessageCopy[] = [];
  const handled: HandledMessage[] = [];
  const held: HeldBack[] = [];
  const workOrders: WorkOrderSeen[] = [];
  const board: MoveSeen[] = [];
  const lateMarks: LateMark[] = [];
  const projected: MoveSeen[] = [];
  const delaysShown: DelayShown[] = [];
  const ordersShown: OrderShown[] = [];
  let workflow: WorkflowSeen | null = null;

  const place = (row: ViewRow): void => {
    switch (row.hop) {
      case 'shop.order':
        orders.push({ status: orderStatus(row, row.state), at: row.at, dueAt: row.dueAt ?? null });
        return;
      case 'shop.history': {
        const refused = /^refused (\S+)$/.exec(row.state);
        if (refused) refusals.push({ kind: refused[1] as FactKind, messageId: row.messageId, at: row.at });
        else moves.push(moveOf(row));
        return;
      }
      case 'shop.delay':
        delays.push(delayOf(row));
        return;
      case 'shop.repair':
        repairs.push({ kind: row.state, messageId: row.messageId, at: row.at });
        return;
      case 'shop.cancellation': {
        const failed = /^failed (\d+)$/.exec(row.state);
        if (failed) withdrawalFailures.push({ tries: Number(failed[1]), at: row.at });
        else compensations.push(compensationOf(row));
        return;
      }
      case 'mes.board':
        board.push(moveOf(row));
        return;
      case 'mes.late-mark':
        lateMarks.push(lateMarkOf(row));
        return;
      case 'crm.projection':
        projected.push(moveOf(row));
        return;
      case 'crm.delay':
        delaysShown.push(delayShownOf(row));
        return;
      case 'crm.order':
        ordersShown.push(orderShownOf(row));
        return;
      case 'shop.outbox':
      case 'mes.outbox':
        written.push(writtenOf(row, row.hop));
        return;
      case 'shop.inbox':
      case 'mes.inbox':
      case 'crm.inbox':
        handled.push(handledOf(row, row.hop));
        return;
      case 'mes.work-order':
        workOrders.push({ workOrderId: row.messageId, status: workOrderStatus(row), at: row.at });
        return;
    }
  };

  for (const item of evidence) {
    if (item.source === 'view') place(item);
    else if (item.source === 'topic') copies.push(item);
    else if (item.source === 'client') claims.push(item);
    else if (item.source === 'parked') held.push(item);
    else workflow = laterRun(workflow, item);
  }

  moves.sort((a, b) => a.seq - b.seq || a.at - b.at);
  projected.sort((a, b) => a.seq - b.seq || a.at - b.at);
  written.sort((a, b) => inOrder(a.hop, b.hop) || a.shard - b.shard || compare(a.seq, b.seq));
  copies.sort((a, b) => inOrder(a.hop, b.hop) || a.partition - b.partition || compare(a.offset, b.offset));
  return {
    orderId,
    claims,
    orders,
    moves,
    refusals,
    delays,
    repairs,
    compensations,
    withdrawalFailures,
    written,
    copies,
    handled,
    held,
    workflow,
    workOrders,
    board,
    lateMarks,
    projected,
    delaysShown,
    ordersShown,
  };
}

const inOrder = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Of two runs of one workflow id the later one speaks for the order. */
function laterRun(known: WorkflowSeen | null, seen: WorkflowSeen): WorkflowSeen {
  return known === null || seen.startedAt >= known.startedAt ? seen : known;
}

function orderStatus(row: ViewRow, word: string): OrderStatus {
  const status = ORDER_STATUSES.find((known) => known === word);
  if (status === undefined) throw new ViewRowUnreadableError(row, 'an order status');
  return status;
}

function workOrderStatus(row: ViewRow): WorkOrderStatus {
  const status = WORK_ORDER_STATUSES.find((known) => known === row.state);
  if (status === undefined) throw new ViewRowUnreadableError(row, 'a work order status');
  return status;
}

function moveOf(row: ViewRow): MoveSeen {
  const words = /^(\d+) (\S+)$/.exec(row.state);
  if (words?.[1] === undefined || words[2] === undefined) {
    throw new ViewRowUnreadableError(row, 'a seq and a status, or "refused" and a kind of fact');
  }
  return { seq: Number(words[1]), to: orderStatus(row, words[2]), messageId: row.messageId, at: row.at };
}

function lateMarkOf(row: ViewRow): LateMark {
  if (!/^\d+$/.test(row.state)) throw new ViewRowUnreadableError(row, 'the seq of a move');
  return { seq: Number(row.state), at: row.at };
}

function delayOf(row: ViewRow): DelaySeen {
  const [, seq, kind] = /^(\d+) (late|predicted)$/.exec(row.state) ?? [];
  if (seq === undefined || kind === undefined || row.messageId === null) {
    throw new ViewRowUnreadableError(row, 'a seq and "late" or "predicted", with the message that tells of it');
  }
  return { seq: Number(seq), kind: kind as DelaySeen['kind'], messageId: row.messageId, at: row.at };
}

function delayShownOf(row: ViewRow): DelayShown {
  const [state, customerTold] = withMark(row, 'told');
  return { ...delayOf({ ...row, state }), customerTold };
}

function orderShownOf(row: ViewRow): OrderShown {
  const [state, late] = withMark(row, 'late');
  return { ...moveOf({ ...row, state }), late };
}

/** What a state says without the word that may stand at its end, and whether it does. */
function withMark({ state }: ViewRow, word: string): [state: string, marked: boolean] {
  const end = ` ${word}`;
  return state.endsWith(end) ? [state.slice(0, -end.length), true] : [state, false];
}

function compensationOf(row: ViewRow): CompensationSeen {
  const step = COMPENSATIONS.find((known) => row.state === `done ${known}`);
  if (step === undefined || row.messageId === null) {
    throw new ViewRowUnreadableError(row, '"done" and a step, with the message that told it, or "failed" and a number');
  }
  return { step, messageId: row.messageId, at: row.at };
}

function writtenOf(row: ViewRow, hop: OutboxHop): WrittenMessage {
  const words = /^(\d+)\/(\d+) (\S+) (\S+)$/.exec(row.state);
  const [, shard, seq, topic, type] = words ?? [];
  if (!shard || !seq || !topic || !type || row.messageId === null) {
    throw new ViewRowUnreadableError(row, 'shard/seq, topic and type of a message with an id');
  }
  return { hop, messageId: row.messageId, topic, type, shard: Number(shard), seq: BigInt(seq), at: row.at };
}

function handledOf(row: ViewRow, hop: InboxHop): HandledMessage {
  if (row.messageId === null || row.state === '') {
    throw new ViewRowUnreadableError(row, 'a consumer group, with the message it handled');
  }
  return { hop, messageId: row.messageId, group: row.state, at: row.at };
}
