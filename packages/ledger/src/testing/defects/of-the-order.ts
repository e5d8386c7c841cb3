import { addRow, becomes, FOREIGN, gone, onRow, onWorkflow, rowsOf, swap, twice } from './changes.ts';
import { type Defect, disordered, doubled, lost, phantom } from './defect.ts';

/** What can go wrong with the order in the shop, with its history and with its workflow. */
export const DEFECTS_OF_THE_ORDER: readonly Defect[] = [
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
  { name: 'a delay was recorded twice', expected: doubled('shop.delay'), plant: onRow('shop.delay', /./, twice) },
  {
    name: 'a delay of a move nobody made',
    expected: phantom('shop.delay'),
    plant: onRow('shop.delay', /./, becomes({ state: '40 late' })),
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
];
