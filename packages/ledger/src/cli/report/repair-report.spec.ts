import { expect, test } from '@jest/globals';
import type { Finding } from '../../audit/finding.ts';
import { type AskedRepair, RepairNotAskedError } from '../../repair/asking/repair-client.ts';
import type { Repair, RepairPlan } from '../../repair/repair.ts';
import type { Repaired } from '../../repair/repair-order.ts';
import { plain } from '../terminal/paint.ts';
import { repairedDocument, repairedText } from './repair-report.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const [FIRST, SECOND] = ['019b8d9c-2222-7000-8000-000000000001', '019b8d9c-2222-7000-8000-000000000002'] as const;
const GONE = new RepairNotAskedError('the door does not answer', { code: 'door_unavailable', retryable: true });

const repair = (messageId: string): Repair => ({
  ...{ kind: 'tell-fact', orderId: ORDER, messageId, copy: null },
  ...{ because: 'it was not told', text: 'Tells it.', evidence: '' },
});
const PLAN: RepairPlan = { orderId: ORDER, repairs: [repair(FIRST), repair(SECOND)], byHand: [] };
const LEFT: Finding = { kind: 'lost', hop: 'workflow', orderId: ORDER, messageId: SECOND, detail: 'it was not told' };
const asked: AskedRepair = {
  ...{ id: FIRST, orderId: ORDER, kind: 'tell-fact', messageId: FIRST, askedBy: 'ada', reason: '' },
  ...{ state: 'asked', outcome: null },
};

const broken: Repaired = {
  ...{ asked: [{ asked }], left: [LEFT], plan: PLAN },
  broken: { by: GONE, unasked: [repair(SECOND)] },
};

test('a door that goes away in between: what was asked for stays in the report, and what was not stands beside it', () => {
  const text = repairedText(PLAN, broken, plain);
  expect(text).toContain('\ntell-fact: asked\n');
  expect(text).toContain(`\ntell-fact of message ${SECOND}: not asked for\n`);
  expect(text).toMatch(/UNACCOUNTED\. What was asked for may still come to be/);
  expect(repairedDocument(PLAN, broken)).toMatchObject({
    ok: false,
    asked: [
      asked,
      { kind: 'tell-fact', messageId: SECOND, error: { code: 'door_unavailable', message: GONE.message } },
    ],
  });
});

test('what was not asked for is never called well, nor said to come', () => {
  const none: Repaired = { asked: [], left: [], plan: PLAN, broken: { by: GONE, unasked: PLAN.repairs } };
  expect(repairedText(PLAN, none, plain)).toMatch(/: not repaired\.$/);
  expect(repairedDocument(PLAN, none)).toMatchObject({ ok: false });
});
