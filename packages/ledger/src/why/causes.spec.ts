import { describe, expect, test } from '@jest/globals';
import { accountOf } from '../account/account-of.ts';
import type { Evidence, WorkflowStatus } from '../account/evidence.ts';
import { auditOrder } from '../audit/audit-order.ts';
import { WORKING_LIMITS } from '../audit/limits.ts';
import { planRepairs } from '../repair/plan-repairs.ts';
import type { RepairPlan } from '../repair/repair.ts';
import type { ParkedKey } from '../sources/views/parked.ts';
import { DEFECTS } from '../testing/defects/defects.ts';
import { LIFE_BEGINS, type LifePlan, liveOrder } from '../testing/order-life.ts';
import type { Cause } from './answer.ts';
import { causesOf } from './causes.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const HOUR = 3_600_000;
const AT = LIFE_BEGINS + HOUR;
const PACKED: LifePlan = { steps: 6, ending: 'none', repeatsFrom: [], refusedAfter: 2, lateAfter: 3, claimed: false };
const DELIVERED: LifePlan = { ...PACKED, steps: 8 };
/** Each defect can happen to one of them. */
const LIVES: readonly LifePlan[] = [
  { ...DELIVERED, claimed: true },
  { ...PACKED, steps: 4, ending: 'cancelled' },
  { ...PACKED, steps: 2, ending: 'rejected' },
];
const ASKS = `“npm run orderctl -- repair ${ORDER}” asks for it.`;

/** What `why` and `repair` say of the same order. */
function both(
  evidence: readonly Evidence[],
  { parked = [], at = AT }: { readonly parked?: readonly ParkedKey[]; readonly at?: number } = {},
): { readonly causes: Cause[]; readonly plan: RepairPlan } {
  const account = accountOf(ORDER, evidence);
  const findings = auditOrder(account, { readAt: at, limits: WORKING_LIMITS });
  const situation = {
    orderId: ORDER,
    at,
    details: undefined,
    audit: { account, findings },
    parked,
    repairs: [],
    work: null,
    unread: [],
  };
  return { causes: causesOf(situation), plan: planRepairs({ account, findings, parked }) };
}

/** Every remedy of a plan, in the words in which a cause tells it. */
const remedies = ({ repairs, byHand }: RepairPlan): readonly Cause['repair'][] => [
  ...repairs.map(({ kind, text }) => ({ kind, text: `${text} ${ASKS}` })),
  ...byHand.map(({ text }) => ({ kind: 'by-hand' as const, text })),
];

const ended = (plan: LifePlan, status: WorkflowStatus | null): Evidence[] =>
  liveOrder(ORDER, plan).flatMap((item): Evidence[] => {
    if (item.source !== 'workflow') return [item];
    return status === null ? [] : [{ ...item, status, closedAt: status === 'RUNNING' ? null : LIFE_BEGINS + 60_000 }];
  });

describe('what repairs a cause is what "repair" does about it', () => {
  test.each(DEFECTS)('$name', ({ plant }) => {
    const broken = LIVES.map((life) => plant(liveOrder(ORDER, life), () => 0)).filter((evidence) => evidence !== null);
    expect(broken).not.toEqual([]);
    for (const evidence of broken) {
      const { causes, plan } = both(evidence);
      expect(causes).not.toEqual([]);
      expect(remedies(plan)).toEqual(expect.arrayContaining(causes.map(({ repair }) => repair)));
      expect(new Set(causes.map(({ repair }) => repair.kind))).toEqual(new Set(remedies(plan).map(({ kind }) => kind)));
    }
  });

  test.each([
    ['delivered, and its workflow runs on', DELIVERED, 'RUNNING', 'workflow-runs-on', 'by-hand', 'end it by hand'],
    ['delivered, its workflow terminated', DELIVERED, 'TERMINATED', 'workflow-ended', 'by-hand', 'needs no workflow'],
    ['packed, its workflow terminated', PACKED, 'TERMINATED', 'workflow-ended', 'run-workflow', ASKS],
    ['packed, its workflow ended by itself', PACKED, 'COMPLETED', 'workflow-ended', 'by-hand', 'moved the order back'],
    ['packed, without a workflow', PACKED, null, 'workflow-missing', 'run-workflow', ASKS],
  ] as const)('an order that is %s', (_, life, status, code, kind, words) => {
    const { causes, plan } = both(ended(life, status));
    expect(causes).toMatchObject([{ code, hop: 'workflow', repair: { kind, text: expect.stringContaining(words) } }]);
    expect(causes.map(({ repair }) => repair)).toEqual(remedies(plan));
  });

  test('a message that its outbox has forgotten, and one that it has not', () => {
    const lost = liveOrder(ORDER, PACKED).filter((item) => !(item.source === 'view' && item.hop === 'crm.inbox'));
    const old = lost.filter((item) => !(item.source === 'view' && item.hop === 'shop.outbox'));
    const told = ({ causes }: ReturnType<typeof both>) =>
      causes.flatMap(({ code, hop, repair }) => (hop === 'crm.inbox' ? [{ code, kind: repair.kind }] : []));
    expect(told(both(lost))).toEqual([{ code: 'untaken', kind: 'publish-again' }]);
    expect(told(both(old, { at: LIFE_BEGINS + 72 * HOUR }))).toEqual([{ code: 'untaken', kind: 'by-hand' }]);
  });
});

describe('what is parked', () => {
  const key = (more: Partial<ParkedKey>): ParkedKey => ({
    ...{ hop: 'mes.inbox', topic: 'shop.orders', group: 'mes.board', reason: 'no such column', code: '42703' },
    ...{ attempts: 5, messages: 2, parkedAt: AT - HOUR, redrive: false },
    ...more,
  });

  test.each([
    ['by a consumer', key({})],
    ['by a relay', key({ hop: 'shop.outbox', group: null, attempts: null })],
  ])('%s is mended first, and then asked for with the order and not with a topic or a group', (_, parked) => {
    const { causes, plan } = both(liveOrder(ORDER, PACKED), { parked: [parked] });
    expect(causes.map(({ repair }) => repair)).toEqual(remedies(plan));
    expect(causes[0]?.repair.text).toContain(`mend what the error names first. ${ASKS}`);
    expect(causes[0]?.repair.text).not.toContain('bezel-outbox');
  });

  test('and asked for already is not asked for again', () => {
    const parked = [key({ redrive: true }), key({ hop: 'crm.inbox', group: 'crm' })];
    const texts = both(liveOrder(ORDER, PACKED), { parked }).causes.map(({ repair }) => repair.text);
    expect(texts).toEqual([expect.stringMatching(/^It was asked for already/), expect.stringContaining(ASKS)]);
    expect(texts[0]).not.toContain('asks for it');
  });
});
