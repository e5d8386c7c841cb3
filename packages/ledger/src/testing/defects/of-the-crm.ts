import { addRow, becomes, FOREIGN, gone, onRow, twice } from './changes.ts';
import { type Defect, doubled, lost, phantom } from './defect.ts';

/** What can go wrong with what sales and customers see. */
export const DEFECTS_OF_THE_CRM: readonly Defect[] = [
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
