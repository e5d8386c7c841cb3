import { DeliveryConfirmed, PriceAccepted, WorkOrderStarted } from '@bezel/contracts';
import { DELAYED_TYPE, MOVED_TYPE, SUBMITTED_TYPE } from '../account/event-types.ts';
import type { Evidence, MessageCopy, ViewRow } from '../account/evidence.ts';
import type { Hop, ViewHop } from '../account/hops.ts';
import type { FindingKind } from '../audit/finding.ts';

/**
 * One thing that can go wrong with an order, as a change of what is known about it. `plant` answers null where the
 * defect cannot happen to this life (a work order that is not there cannot be doubled).
 */
export interface Defect {
  readonly name: string;
  readonly expected: { readonly kind: FindingKind; readonly hop: Hop };
  /** `pick` chooses one of n possibilities. */
  plant(evidence: readonly Evidence[], pick: (n: number) => number): Evidence[] | null;
}

const FOREIGN = '019b8d9c-ffff-7000-8000-00000000dead';

const rowsOf = (evidence: readonly Evidence[], hop: ViewHop, matching = /./): ViewRow[] =>
  evidence.filter((item): item is ViewRow => item.source === 'view' && item.hop === hop && matching.test(item.state));

const copiesOf = (evidence: readonly Evidence[], type: string): MessageCopy[] =>
  evidence.filter((item): item is MessageCopy => item.source === 'topic' && item.type === type);

const swap = (evidence: readonly Evidence[], from: Evidence, to: Evidence[]): Evidence[] =>
  evidence.flatMap((item) => (item === from ? to : [item]));

/** Changes one row of a view: to nothing (lost), to two (doubled), to another. */
function onRow(hop: ViewHop, matching: RegExp, change: (row: ViewRow) => ViewRow[]): Defect['plant'] {
  return (evidence, pick) => {
    const rows = rowsOf(evidence, hop, matching);
    const row = rows[pick(rows.length)];
    return row === undefined ? null : swap(evidence, row, change(row));
  };
}

const gone = (): ViewRow[] => [];
const twice = (row: ViewRow): ViewRow[] => [row, { ...row }];
const becomes =
  (change: Partial<ViewRow>) =>
  (row: ViewRow): ViewRow[] => [{ ...row, ...change }];

function addRow(hop: ViewHop, messageId: string, state: string): Defect['plant'] {
  return (evidence) => {
    const model = rowsOf(evidence, 'shop.order')[0];
    return model === undefined ? null : [...evidence, { ...model, hop, messageId, state }];
  };
}

/** Takes every copy of one message of this type off the topic. */
function loseCopies(type: string): Defect['plant'] {
  return (evidence, pick) => {
    const ids = [...new Set(copiesOf(evidence, type).map((copy) => copy.messageId))];
    const id = ids[pick(ids.length)];
    return id === undefined ? null : evidence.filter((item) => !(item.source === 'topic' && item.messageId === id));
  };
}

/** Exchanges the offsets of the first copies of two messages, so that the later one came first. */
function overtake(earlier: string, later: string): Defect['plant'] {
  return (evidence) => {
    const first = copiesOf(evidence, earlier).toSorted((a, b) => Number(a.offset - b.offset))[0];
    const second = copiesOf(evidence, later)
      .toSorted((a, b) => Number(a.offset - b.offset))
      .find((copy) => first !== undefined && copy.messageId !== first.messageId && copy.offset > first.offset);
    if (first === undefined || second === undefined) return null;
    const exchanged = new Map([
      [first.messageId, second.messageId],
      [second.messageId, first.messageId],
    ]);
    const only = evidence.filter(
      (item) => !(item.source === 'topic' && exchanged.has(item.messageId) && item !== first && item !== second),
    );
    return only.map((item) => {
      if (item === first) return { ...first, offset: second.offset };
      if (item === second) return { ...second, offset: first.offset };
      return item;
    });
  };
}

function onWorkflow(change: Partial<Extract<Evidence, { source: 'workflow' }>> | null): Defect['plant'] {
  return (evidence) => {
    const workflow = evidence.find((item) => item.source === 'workflow');
    if (workflow?.source !== 'workflow') return null;
    return swap(evidence, workflow, change === null ? [] : [{ ...workflow, ...change }]);
  };
}

const lost = (hop: Hop) => ({ kind: 'lost', hop }) as const;
const doubled = (hop: Hop) => ({ kind: 'doubled-effect', hop }) as const;
const disordered = (hop: Hop) => ({ kind: 'out-of-order', hop }) as const;
const phantom = (hop: Hop) => ({ kind: 'phantom', hop }) as const;

/** Every defect the audit must find in an order that is final. */
export const DEFECTS: readonly Defect[] = [
  { name: 'the order row is gone', expected: lost('shop.order'), plant: onRow('shop.order', /./, gone) },
  { name: 'the order row is doubled', expected: doubled('shop.order'), plant: onRow('shop.order', /./, twice) },
  {
    name: 'nothing but the 201 is left',
    expected: lost('shop.order'),
    plant: (evidence) => {
      const claims = evidence.filter((item) => item.source === 'client');
      return claims.length === 0 ? null : claims;
    },
  },
  {
    name: 'nothing but its workflow is left',
    expected: lost('shop.order'),
    plant: (evidence) => evidence.filter((item) => item.source === 'workflow'),
  },
  { name: 'a history row is gone', expected: lost('shop.history'), plant: onRow('shop.history', /^\d/, gone) },
  { name: 'a history row is doubled', expected: doubled('shop.history'), plant: onRow('shop.history', /^\d/, twice) },
  {
    name: 'the status was changed behind the workflow',
    expected: lost('shop.history'),
    plant: onRow('shop.order', /^(DELIVERED|REJECTED)$/, becomes({ state: 'CANCELLED' })),
  },
  {
    name: 'a move that the table does not have',
    expected: disordered('shop.history'),
    plant: onRow('shop.history', /^2 PRICED$/, becomes({ state: '2 PACKED' })),
  },
  {
    name: 'a fact moved the order twice',
    expected: doubled('shop.history'),
    plant: (evidence) => {
      const [approved] = rowsOf(evidence, 'shop.history', / APPROVED$/);
      const [packed] = rowsOf(evidence, 'shop.history', / PACKED$/);
      return approved && packed ? swap(evidence, packed, [{ ...packed, messageId: approved.messageId }]) : null;
    },
  },
  {
    name: 'a move names a message nobody wrote',
    expected: phantom('shop.history'),
    plant: onRow('shop.history', / APPROVED$/, becomes({ messageId: FOREIGN })),
  },
  {
    name: 'a refused fact left no trace',
    expected: lost('workflow'),
    plant: onRow('shop.history', /^refused/, gone),
  },
  {
    name: 'the submission was not written to the outbox',
    expected: lost('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(SUBMITTED_TYPE), gone),
  },
  {
    name: 'a move was not written to the outbox',
    expected: lost('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(MOVED_TYPE), gone),
  },
  {
    name: 'a delay was not written to the outbox',
    expected: lost('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(DELAYED_TYPE), gone),
  },
  {
    name: 'a delay is told by two messages',
    expected: phantom('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(DELAYED_TYPE), (row) => [row, { ...row, messageId: FOREIGN }]),
  },
  { name: 'a delay was recorded twice', expected: doubled('shop.delay'), plant: onRow('shop.delay', /./, twice) },
  { name: 'a delay left no record', expected: phantom('shop.outbox'), plant: onRow('shop.delay', /./, gone) },
  {
    name: 'a delay of a move nobody made',
    expected: phantom('shop.delay'),
    plant: onRow('shop.delay', /./, becomes({ state: '40 late' })),
  },
  { name: 'a delay was skipped', expected: lost('shop.topic'), plant: loseCopies(DELAYED_TYPE) },
  {
    name: 'a copy whose transaction rolled back',
    expected: phantom('shop.topic'),
    plant: onRow('shop.outbox', new RegExp(PriceAccepted.type), gone),
  },
  {
    name: 'a message is written twice under one id',
    expected: doubled('shop.outbox'),
    plant: onRow('shop.outbox', new RegExp(PriceAccepted.type), twice),
  },
  {
    name: 'a move is told by two messages',
    expected: doubled('shop.outbox'),
    plant: (evidence, pick) => {
      const rows = rowsOf(evidence, 'shop.outbox', new RegExp(MOVED_TYPE));
      const row = rows[pick(rows.length)];
      return row === undefined ? null : [...evidence, { ...row, messageId: FOREIGN }];
    },
  },
  { name: 'the submission was skipped', expected: lost('shop.topic'), plant: loseCopies(SUBMITTED_TYPE) },
  { name: 'a move was skipped', expected: lost('shop.topic'), plant: loseCopies(MOVED_TYPE) },
  { name: "an operator's step was skipped", expected: lost('mes.topic'), plant: loseCopies(WorkOrderStarted.type) },
  {
    name: 'a move overtook the submission',
    expected: disordered('shop.topic'),
    plant: overtake(SUBMITTED_TYPE, MOVED_TYPE),
  },
  { name: 'a move overtook a move', expected: disordered('shop.topic'), plant: overtake(MOVED_TYPE, MOVED_TYPE) },
  {
    name: 'the last move overtook its fact',
    expected: disordered('shop.topic'),
    plant: overtake(DeliveryConfirmed.type, MOVED_TYPE),
  },
  {
    name: 'an acceptance overtook the offer',
    expected: disordered('shop.topic'),
    plant: (evidence, pick) => {
      const priced = copiesOf(evidence, MOVED_TYPE).find((copy) => copy.move?.to === 'PRICED');
      if (priced === undefined) return null;
      const others = evidence.filter((item) => item.source !== 'topic' || item.messageId !== priced.messageId);
      const accepted = copiesOf(others, PriceAccepted.type).toSorted((a, b) => Number(a.offset - b.offset))[0];
      return accepted === undefined ? null : [...others, { ...priced, offset: accepted.offset + 1n + BigInt(pick(2)) }];
    },
  },
  {
    name: 'a copy went to another partition',
    expected: disordered('shop.topic'),
    plant: (evidence, pick) => {
      const copies = copiesOf(evidence, MOVED_TYPE);
      const copy = copies[pick(copies.length)];
      return copy === undefined ? null : swap(evidence, copy, [{ ...copy, partition: 11 }]);
    },
  },
  { name: 'the workflow was not told', expected: lost('shop.inbox'), plant: onRow('shop.inbox', /./, gone) },
  { name: 'the board was not told', expected: lost('mes.inbox'), plant: onRow('mes.inbox', /./, gone) },
  { name: 'the CRM was not told', expected: lost('crm.inbox'), plant: onRow('crm.inbox', /./, gone) },
  { name: 'the inbox let a repeat through', expected: doubled('crm.inbox'), plant: onRow('crm.inbox', /./, twice) },
  {
    name: 'a group took what is on no topic',
    expected: phantom('mes.inbox'),
    plant: addRow('mes.inbox', FOREIGN, 'mes.inbox-group'),
  },
  {
    name: 'a step of a cancellation left no trace',
    expected: lost('shop.cancellation'),
    plant: onRow('shop.cancellation', /^done/, gone),
  },
  {
    name: 'a step of a cancellation is shown twice',
    expected: doubled('shop.cancellation'),
    plant: onRow('shop.cancellation', /^done/, twice),
  },
  {
    name: 'a step of a cancellation nobody told',
    expected: phantom('shop.cancellation'),
    plant: onRow('shop.cancellation', /^done/, becomes({ messageId: FOREIGN })),
  },
  {
    name: 'a withdrawal that failed left no trace',
    expected: lost('shop.cancellation'),
    plant: onRow('shop.cancellation', /^failed/, gone),
  },
  {
    name: 'a withdrawal failed of which nobody told',
    expected: phantom('shop.cancellation'),
    plant: (evidence, pick) =>
      rowsOf(evidence, 'shop.cancellation').length > 0
        ? null
        : addRow('shop.cancellation', FOREIGN, 'failed 2')(evidence, pick),
  },
  { name: 'the workflow was never started', expected: lost('workflow'), plant: onWorkflow(null) },
  {
    name: 'the workflow was terminated by hand',
    expected: lost('workflow'),
    plant: onWorkflow({ status: 'TERMINATED' }),
  },
  {
    name: 'the workflow did not end',
    expected: { kind: 'unfinished', hop: 'workflow' },
    plant: onWorkflow({ status: 'RUNNING', closedAt: null }),
  },
  { name: 'the work order is gone', expected: lost('mes.work-order'), plant: onRow('mes.work-order', /./, gone) },
  {
    name: 'a second work order',
    expected: doubled('mes.work-order'),
    plant: onRow('mes.work-order', /./, (row) => [row, { ...row, messageId: FOREIGN }]),
  },
  {
    name: 'the work order never left the house',
    expected: lost('mes.work-order'),
    plant: onRow('mes.work-order', /^SHIPPED$/, becomes({ state: 'PACKED' })),
  },
  {
    name: 'the work order was not withdrawn',
    expected: lost('mes.work-order'),
    plant: onRow('mes.work-order', /^WITHDRAWN$/, becomes({ state: 'OPEN' })),
  },
  {
    name: 'a work order of an order nobody approved',
    expected: phantom('mes.work-order'),
    plant: (evidence, pick) =>
      rowsOf(evidence, 'shop.history', / APPROVED$/).length > 0
        ? null
        : addRow('mes.work-order', FOREIGN, 'OPEN')(evidence, pick),
  },
  {
    name: 'a step of the work order was not written to the outbox',
    expected: lost('mes.outbox'),
    plant: onRow('mes.outbox', /mes\.work-order-opened$/, gone),
  },
  {
    name: 'an operator was heard twice',
    expected: doubled('mes.outbox'),
    plant: onRow('mes.outbox', new RegExp(WorkOrderStarted.type), (row) => [row, { ...row, messageId: FOREIGN }]),
  },
  { name: 'the board does not know the order', expected: lost('mes.board'), plant: onRow('mes.board', /./, gone) },
  {
    name: 'the board missed the last move',
    expected: lost('mes.board'),
    plant: onRow('mes.board', /^[2-9] /, (row) => [{ ...row, state: '1 PRICING' }]),
  },
  { name: 'the board shows the order twice', expected: doubled('mes.board'), plant: onRow('mes.board', /./, twice) },
  {
    name: 'the board shows another status',
    expected: lost('mes.board'),
    plant: onRow('mes.board', /^8 /, becomes({ state: '8 CANCELLED' })),
  },
  {
    name: 'the board shows a move nobody made',
    expected: phantom('mes.board'),
    plant: onRow('mes.board', /./, becomes({ state: '40 PACKED' })),
  },
  {
    name: 'the board marks an order as late that is not',
    expected: phantom('mes.late-mark'),
    plant: (evidence) => {
      const [shown] = rowsOf(evidence, 'mes.board');
      const [seq] = shown?.state.split(' ') ?? [];
      return shown && seq ? [...evidence, { ...shown, hop: 'mes.late-mark', state: seq }] : null;
    },
  },
  {
    name: 'the projection swallowed a move',
    expected: lost('crm.projection'),
    plant: onRow('crm.projection', /./, gone),
  },
  {
    name: 'the projection took a move twice',
    expected: doubled('crm.projection'),
    plant: onRow('crm.projection', /./, twice),
  },
  {
    name: 'the projection shows another status',
    expected: lost('crm.projection'),
    plant: onRow('crm.projection', /^1 PRICING$/, becomes({ state: '1 CANCELLED' })),
  },
  {
    name: 'the projection shows a move nobody made',
    expected: phantom('crm.projection'),
    plant: addRow('crm.projection', FOREIGN, '40 PACKED'),
  },
  { name: 'the CRM swallowed a delay', expected: lost('crm.delay'), plant: onRow('crm.delay', /./, gone) },
  { name: 'the CRM took a delay twice', expected: doubled('crm.delay'), plant: onRow('crm.delay', /./, twice) },
  {
    name: 'the CRM shows another delay',
    expected: lost('crm.delay'),
    plant: onRow('crm.delay', /./, becomes({ state: '40 late told' })),
  },
  {
    name: 'the customer was not told of a delay',
    expected: lost('crm.delay'),
    plant: onRow('crm.delay', /./, (row) => [{ ...row, state: row.state.replace(' told', '') }]),
  },
  {
    name: 'the CRM shows a delay nobody recorded',
    expected: phantom('crm.delay'),
    plant: addRow('crm.delay', FOREIGN, '3 late'),
  },
  { name: 'sales does not see the order', expected: lost('crm.order'), plant: onRow('crm.order', /./, gone) },
  { name: 'sales sees the order twice', expected: doubled('crm.order'), plant: onRow('crm.order', /./, twice) },
  {
    name: 'sales sees what the order has left',
    expected: lost('crm.order'),
    plant: onRow('crm.order', /^[2-9] /, becomes({ state: '1 PRICING' })),
  },
  {
    name: 'sales sees another status',
    expected: lost('crm.order'),
    plant: onRow('crm.order', /^8 /, becomes({ state: '8 CANCELLED' })),
  },
  {
    name: 'sales sees a move nobody made',
    expected: phantom('crm.order'),
    plant: onRow('crm.order', /./, becomes({ state: '40 PACKED' })),
  },
  {
    name: 'sales sees an order as late that is not',
    expected: phantom('crm.order'),
    plant: onRow('crm.order', /^\d+ \S+$/, (row) => [{ ...row, state: `${row.state} late` }]),
  },
];

/** Evidence with a defect in it. */
export function planted(name: string, evidence: readonly Evidence[]): Evidence[] {
  const broken = DEFECTS.find((known) => known.name === name)?.plant(evidence, () => 0);
  if (!broken) throw new Error(`cannot plant "${name}"`);
  return broken;
}
