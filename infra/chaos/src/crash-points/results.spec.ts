import { describe, expect, test } from '@jest/globals';
import { crashMatrixOfOrders } from './matrix/cells.ts';
import { MESSAGES_WITHOUT_STEP, MOVES_WITHOUT_STEP, ROLES_WITHOUT_CELLS } from './matrix/without-step.ts';
import { resultsOf } from './results.ts';

const { cells, unreachable } = crashMatrixOfOrders();
const summary = {
  ...{ cells: cells.length, passed: cells.length, unreachable: unreachable.length },
  ...{ failed: [], orders: 9, beside: [] },
};
const rowOf = (document: string, role: string, failpoint: string): readonly string[] =>
  document
    .split('\n')
    .find((line) => line.startsWith(`| ${role} | \`${failpoint}\` |`))
    ?.split(' | ')
    .slice(2) ?? [];

describe('the results', () => {
  const passed = cells.map(({ id }) => id);
  const document = resultsOf(summary, { passed }, 'today');

  test('show a step with several messages, one with one, and one that is not reached', () => {
    expect(rowOf(document, 'shop-relay', 'relay.read').slice(0, 4)).toEqual(['✓ 2', '✓', '✓ 2', '·']);
  });

  test('say why what is not reached is not', () => {
    const [reasons = ''] = document.split('## Not reached').slice(1);
    for (const { role, why } of unreachable) expect(reasons).toContain(`${role}: ${why}`);
  });

  test('say what has no step or no cell of its own', () => {
    const [, without = ''] = document.split('## Without a step');
    for (const list of [MOVES_WITHOUT_STEP, MESSAGES_WITHOUT_STEP, ROLES_WITHOUT_CELLS]) {
      for (const [name, why] of Object.entries(list)) expect(without).toContain(`\`${name}\`: ${why}`);
    }
  });

  test('show what failed, and why', () => {
    const [cell = ''] = passed;
    const failed = [{ cell, orderId: 'o-1', why: ['lost'] }];
    const broken = resultsOf({ ...summary, failed }, { passed: passed.slice(1) }, 'today');
    expect(broken).toContain(`- ${cell}: lost`);
    expect(broken).toContain('✗ 0 of 1');
    expect(document).not.toContain('✗ 0 of 1');
  });
});
