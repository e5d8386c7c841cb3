import { addRow, becomes, FOREIGN, gone, onRow, rowsOf, twice } from './changes.ts';
import { type Defect, doubled, lost, phantom } from './defect.ts';

/** What can go wrong with the work order and with the board. */
export const DEFECTS_OF_THE_MES: readonly Defect[] = [
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
];
