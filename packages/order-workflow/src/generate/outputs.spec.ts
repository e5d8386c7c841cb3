import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { LIFECYCLE, type Lifecycle, type Stage } from '../lifecycle/index.ts';
import { OUTPUTS, ROOT } from './outputs.ts';

describe('what is checked in is what the stage contract says; otherwise run "npm run generate"', () => {
  test.each(Object.entries(OUTPUTS))('%s', async (path, render) => {
    expect(await readFile(new URL(path, ROOT), 'utf8')).toBe(render(LIFECYCLE));
  });
});

describe('a change of the contract changes what is made from it, and the comparison fails', () => {
  const { APPROVED, IN_MANUFACTURING } = LIFECYCLE;
  const stages: Lifecycle = LIFECYCLE;
  const changed = (status: string, change: Partial<Stage<string>>): Lifecycle => ({
    ...stages,
    [status]: { ...(stages[status] ?? APPROVED), ...change },
  });
  const PAGES = ['docs/order-lifecycle.md', 'docs/partners/order-statuses.md'];
  const ALERTS = ['infra/prometheus/rules/order-stages.yml', 'infra/prometheus/rules/tests/order-stages.yml'];
  const DAYS = 'infra/prometheus/rules/tests/order-stages-days.yml';
  const STATUSES = 'packages/contracts/src/order-statuses.ts';

  test.each<[string, Lifecycle, readonly string[]]>([
    [
      'a new status',
      {
        ...changed('IN_MANUFACTURING', {
          endedBy: { ...IN_MANUFACTURING.endedBy, 'manufacturing-completed': 'ENGRAVING' },
        }),
        ENGRAVING: { ...IN_MANUFACTURING, meaning: 'The piece is being engraved.' },
      },
      [STATUSES, ...PAGES, ...ALERTS, DAYS],
    ],
    [
      'a new move',
      changed('SHIPPED', { endedBy: { ...LIFECYCLE.SHIPPED.endedBy, packed: 'CANCELLED' } }),
      [...PAGES, ...ALERTS, DAYS],
    ],
    [
      'a move taken away',
      changed('APPROVED', { endedBy: { 'manufacturing-started': 'IN_MANUFACTURING' } }),
      [...PAGES, ...ALERTS, DAYS],
    ],
    [
      'another SLA',
      changed('APPROVED', { sla: { withinMs: 3 * 86_400_000, typicalMs: 86_400_000, tells: ['operators'] } }),
      [...PAGES, ...ALERTS],
    ],
    [
      'another usual time',
      changed('APPROVED', {
        sla: { withinMs: 2 * 86_400_000, typicalMs: 3_600_000, tells: ['operators', 'customer'] },
      }),
      [...PAGES, ...ALERTS, DAYS],
    ],
    [
      'somebody else is told',
      changed('SUBMITTED', { sla: { withinMs: 60_000, typicalMs: 1_000, tells: ['operators', 'customer'] } }),
      PAGES,
    ],
    ['another owner', changed('SHIPPED', { owner: 'operators' }), [...PAGES, ...ALERTS, DAYS]],
    ['another sweeper', changed('APPROVED', { sweeper: 'unstarted-orders' }), PAGES.slice(0, 1)],
    ['another message that ends it', changed('SHIPPED', { endedBy: { packed: 'DELIVERED' } }), PAGES],
  ])('%s', async (_, contract, expected) => {
    const outdated: string[] = [];
    for (const [path, render] of Object.entries(OUTPUTS)) {
      if ((await readFile(new URL(path, ROOT), 'utf8')) !== render(contract)) outdated.push(path);
    }
    expect(outdated.sort()).toEqual([...expected].sort());
  });

  test('a message without words cannot end a stage', () => {
    const speechless = changed('SHIPPED', { endedBy: { 'work-order-opened': 'DELIVERED' } });
    expect(() => OUTPUTS['docs/order-lifecycle.md']?.(speechless)).toThrow('has no words in lifecycle/words.ts');
  });
});
