import { describe, expect, test } from '@jest/globals';
import { type CellEvidence, judgeCells } from './judge-cells.ts';
import { crashMatrixOfOrders } from './matrix/cells.ts';

const [cell] = crashMatrixOfOrders().cells;
if (cell === undefined) throw new Error('the matrix is empty');
const death = { cell: cell.id, role: cell.role, pid: 7, orderId: 'a', at: 0 };
const good: CellEvidence = {
  cells: [cell],
  deaths: [death],
  ends: [{ name: cell.role, pid: 7, reason: 'SIGKILL' }],
  running: new Set([cell.role]),
  wrong: [],
};

describe('a cell', () => {
  test('is passed when its process died there, runs again, and nothing is wrong', () => {
    expect(judgeCells(good)).toEqual({ passed: [cell.id], failed: [], beside: [] });
  });

  test.each<[string, Partial<CellEvidence>, string]>([
    ['no process died in it', { deaths: [], ends: [] }, 'no order came there: the process never died in it'],
    ['nobody saw the process end', { ends: [] }, 'the supervisor did not see process 7 end'],
    [
      'the process ended otherwise',
      { ends: [{ name: cell.role, pid: 7, reason: 'exit code 1' }] },
      'the process ended by exit code 1, not by SIGKILL',
    ],
    ['the process does not run again', { running: new Set() }, 'the process does not run again'],
    ['something is wrong with its order', { wrong: [{ orderId: 'a', what: 'lost' }] }, 'lost'],
  ])('fails when %s', (_, but, why) => {
    expect(judgeCells({ ...good, ...but })).toMatchObject({ passed: [], failed: [{ cell: cell.id, why: [why] }] });
  });
});

test('what is wrong and belongs to no cell is told beside: other orders, stock, processes that ended by themselves', () => {
  const { passed, beside } = judgeCells({
    ...good,
    ends: [...good.ends, { name: 'crm-api', pid: 8, reason: 'exit code 1' }],
    wrong: [
      { orderId: 'b', what: 'lost' },
      { orderId: null, what: 'metal is gone' },
    ],
  });
  expect(passed).toEqual([cell.id]);
  expect(beside).toEqual([
    'b, which met no death: lost',
    'metal is gone',
    'crm-api (8) ended by exit code 1, and in no cell',
  ]);
});
