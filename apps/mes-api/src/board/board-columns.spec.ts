import { WORK_ORDER_STATUSES } from '@bezel/contracts';
import { LIFECYCLE, type Lifecycle, STATUSES } from '@bezel/order-workflow';
import { expect, test } from '@jest/globals';
import { BoardColumns, boardColumns } from './board-columns.ts';

test('the columns are the stages of the operators, in the order of the contract', () => {
  const columns = boardColumns();
  expect(columns.map(({ status }) => status)).toEqual(
    STATUSES.filter((status) => LIFECYCLE[status].owner === 'operators'),
  );
  expect(columns.map(({ workOrders, endedBy, next }) => ({ workOrders, endedBy, next }))).toEqual([
    { workOrders: ['OPEN', 'CLAIMED'], endedBy: 'start', next: 'IN_MANUFACTURING' },
    { workOrders: ['STARTED'], endedBy: 'complete', next: 'MANUFACTURING_COMPLETED' },
    { workOrders: ['COMPLETED'], endedBy: 'pack', next: 'PACKED' },
    { workOrders: ['PACKED'], endedBy: 'ship', next: 'SHIPPED' },
  ]);
  expect(BoardColumns.parse({ items: columns }).items).toHaveLength(4);
});

test('every work order that is not at its end stands in one column', () => {
  const ended = ['SHIPPED', 'WITHDRAWN'];
  expect(boardColumns().flatMap(({ workOrders }) => workOrders)).toEqual(
    WORK_ORDER_STATUSES.filter((status) => !ended.includes(status)),
  );
});

test('a change of the contract changes the columns', () => {
  const stages: Lifecycle = LIFECYCLE;
  const { PACKED, APPROVED } = LIFECYCLE;
  const withinMs = (lifecycle: Lifecycle) => boardColumns(lifecycle).map((column) => column.withinMs);
  const slower: Lifecycle = { ...stages, PACKED: { ...PACKED, sla: { withinMs: 1, typicalMs: 1, tells: [] } } };
  expect(withinMs(slower)).toEqual([...withinMs(stages).slice(0, -1), 1]);
  expect(withinMs({ ...stages, PACKED: { ...PACKED, sla: null } }).at(-1)).toBeNull();

  const couriers: Lifecycle = { ...stages, PACKED: { ...PACKED, owner: 'courier' } };
  expect(boardColumns(couriers).map(({ status }) => status)).toEqual([
    'APPROVED',
    'IN_MANUFACTURING',
    'MANUFACTURING_COMPLETED',
  ]);

  const endless: Lifecycle = { ...stages, ENGRAVING: { ...APPROVED, endedBy: { delivered: 'DELIVERED' } } };
  expect(() => boardColumns(endless)).toThrow('no step of a work order ends ENGRAVING');
});
