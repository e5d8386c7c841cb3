import { expect, test } from '@jest/globals';
import type { OrderFilter } from './order-filter.ts';
import { visibilityQuery } from './visibility-query.ts';

const ORDERS = `WorkflowType = 'orderWorkflow' AND ExecutionStatus != 'ContinuedAsNew'`;

test.each<[OrderFilter, string]>([
  [{}, 'BezelStatus IS NOT NULL'],
  [{ status: 'PACKED' }, `BezelStatus = 'PACKED'`],
  [{ late: false, tenant: 'atelier' }, `BezelStatus IS NOT NULL AND BezelTenant = 'atelier' AND BezelLate = false`],
  [
    { status: 'APPROVED', late: true, beforeId: '019a0000-0000-7000-8000-000000000001' },
    `BezelStatus = 'APPROVED' AND BezelLate = true AND WorkflowId < 'order/019a0000-0000-7000-8000-000000000001'`,
  ],
])('%j', (filter, query) => {
  expect(visibilityQuery(filter)).toBe(`${ORDERS} AND ${query}`);
});

test('a text cannot end its quotes', () => {
  expect(visibilityQuery({ tenant: `o'hara' OR ''='` })).toContain(`BezelTenant = 'o''hara'' OR ''''='''`);
});

test.each(['a\\', 'a"b'])('a text that no quoting finds is not asked about: %s', (tenant) => {
  expect(() => visibilityQuery({ tenant })).toThrow('cannot be asked');
});
