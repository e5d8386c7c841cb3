import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accountOf } from '../account/account-of.ts';
import type { Evidence, ViewRow } from '../account/evidence.ts';
import { auditOrder } from '../audit/audit-order.ts';
import { isDefect } from '../audit/finding.ts';
import { AT_REST_LIMITS, WORKING_LIMITS } from '../audit/limits.ts';
import type { ParkedKey } from '../sources/views/parked.ts';
import { DEFECTS } from '../testing/defects/defects.ts';
import { LIFE_BEGINS, type LifePlan, liveOrder } from '../testing/order-life.ts';
import { planRepairs } from './plan-repairs.ts';
import { REPAIR_KINDS, type Repair, type RepairPlan } from './repair.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const HOUR = 3_600_000;
const OPEN: LifePlan = { steps: 6, ending: 'none', repeatsFrom: [0], refusedAfter: 2, lateAfter: 3, claimed: true };
const DELIVERED: LifePlan = { ...OPEN, steps: 8 };

const plan = (
  evidence: readonly Evidence[],
  limits = AT_REST_LIMITS,
  parked: readonly ParkedKey[] = [],
): RepairPlan => {
  const account = accountOf(ORDER, evidence);
  return planRepairs({ account, findings: auditOrder(account, { readAt: LIFE_BEGINS + HOUR, limits }), parked });
};
const kinds = ({ repairs }: RepairPlan): Repair['kind'][] => repairs.map(({ kind }) => kind);

/** What repairs a planted defect of an order that is final; those that are not here are for people. */
const REPAIRED: Readonly<Record<string, Repair['kind']>> = {
  'a delay was skipped': 'publish-again',
  'the submission was skipped': 'publish-again',
  'a move was skipped': 'publish-again',
  "an operator's step was skipped": 'publish-again',
  'the workflow was not told': 'publish-again',
  'the board was not told': 'publish-again',
  'the CRM was not told': 'publish-again',
  'the board does not know the order': 'project-again',
  'the board missed the last move': 'project-again',
  'the projection swallowed a move': 'project-again',
  'the CRM swallowed a delay': 'project-again',
  'the customer was not told of a delay': 'project-again',
  'sales sees what the order has left': 'project-again',
  'a refused fact left no trace': 'tell-fact',
};

describe('every planted defect', () => {
  test.each(DEFECTS)('$name', ({ name, expected, plant }) => {
    const lives = fc.record({
      steps: fc.constant(8),
      ending: fc.constant('none' as const),
      repeatsFrom: fc.array(fc.nat(20), { maxLength: 3 }),
      refusedAfter: fc.option(fc.integer({ min: 1, max: 8 })),
      lateAfter: fc.option(fc.integer({ min: 0, max: 7 })),
      claimed: fc.boolean(),
    });
    fc.assert(
      fc.property(lives, fc.infiniteStream(fc.nat()), (life, choices) => {
        const pick = (n: number): number => (n === 0 ? 0 : choices.next().value % n);
        const evidence = plant(liveOrder(ORDER, life), pick);
        if (evidence === null) return;
        const { repairs, byHand } = plan(evidence);
        const repair = REPAIRED[name];
        if (repair === undefined) expect(byHand.map(({ hop }) => hop)).toContain(expected.hop);
        else expect(repairs.map(({ kind }) => kind)).toContain(repair);
        for (const { text } of [...repairs, ...byHand]) expect(text).toMatch(/^\p{Lu}.+\.$/u);
      }),
      { numRuns: 100 },
    );
  });
});

test('what is late and not marked on the board is marked from the message, unless that was too long ago', () => {
  const unmarked = liveOrder(ORDER, { ...OPEN, lateAfter: 6 }).filter(
    (item) => !(item.source === 'view' && item.hop === 'mes.late-mark'),
  );
  expect(plan(unmarked, WORKING_LIMITS)).toMatchObject({ repairs: [{ kind: 'project-again' }], byHand: [] });
  const account = accountOf(
    ORDER,
    unmarked.filter((item) => !(item.source === 'view' && item.hop === 'mes.inbox')),
  );
  const findings = auditOrder(account, { readAt: LIFE_BEGINS + 10 * 24 * HOUR, limits: WORKING_LIMITS });
  const { repairs, byHand } = planRepairs({ account, findings });
  expect(repairs).toEqual([]);
  expect(byHand).toContainEqual(
    expect.objectContaining({ hop: 'mes.late-mark', text: expect.stringContaining('so long ago') }),
  );
});

test('a correct order needs nothing, whatever became of it', () => {
  expect(plan(liveOrder(ORDER, DELIVERED))).toEqual({ orderId: ORDER, repairs: [], byHand: [] });
  expect(plan(liveOrder(ORDER, OPEN), WORKING_LIMITS)).toEqual({ orderId: ORDER, repairs: [], byHand: [] });
});

test('what is young is on its way, and is left alone', () => {
  const evidence = liveOrder(ORDER, OPEN).filter((item) => item.source !== 'topic');
  const account = accountOf(ORDER, evidence);
  const findings = auditOrder(account, { readAt: LIFE_BEGINS + 25_000, limits: WORKING_LIMITS });
  expect(findings.length).toBeGreaterThan(0);
  expect(planRepairs({ account, findings: findings.filter((finding) => !isDefect(finding)) }).repairs).toEqual([]);
});

describe('the workflow of an order under way', () => {
  const withWorkflow = (status: 'TERMINATED' | 'COMPLETED' | null): Evidence[] =>
    liveOrder(ORDER, OPEN).flatMap((item): Evidence[] =>
      item.source !== 'workflow'
        ? [item]
        : status === null
          ? []
          : [{ ...item, status, closedAt: LIFE_BEGINS + 60_000 }],
    );

  test('is started again when it was ended by hand, or never was', () => {
    expect(kinds(plan(withWorkflow('TERMINATED'), WORKING_LIMITS))).toEqual(['run-workflow']);
    expect(kinds(plan(withWorkflow(null), WORKING_LIMITS))).toEqual(['run-workflow']);
  });

  test('is not when it ended by itself: somebody moved the order back', () => {
    expect(plan(withWorkflow('COMPLETED'), WORKING_LIMITS)).toMatchObject({
      repairs: [],
      byHand: [{ hop: 'workflow', text: expect.stringContaining('moved the order back') }],
    });
  });

  test('is not from a record in doubt, while messages are still brought to where they belong', () => {
    const evidence = withWorkflow('TERMINATED')
      .map((item) =>
        item.source === 'view' && item.hop === 'shop.order' ? ({ ...item, state: 'SHIPPED' } as ViewRow) : item,
      )
      .filter((item) => !(item.source === 'view' && item.hop === 'crm.inbox'));
    const { repairs, byHand } = plan(evidence, WORKING_LIMITS);
    expect(new Set(repairs.map(({ kind }) => kind))).toEqual(new Set(['publish-again']));
    expect(byHand.map(({ hop }) => hop)).toEqual(expect.arrayContaining(['shop.history', 'workflow']));
    expect(byHand.find(({ hop }) => hop === 'workflow')?.text).toContain('in doubt');
  });
});

test.each([
  { hop: 'workflow', messageId: ORDER, detail: 'it has heard' },
  { hop: 'mes.work-order', detail: 'it has withdrawn the work order' },
] as const)('nobody tells a workflow what it knows, as with what is unfinished at $hop', ({ hop, ...rest }) => {
  const account = accountOf(ORDER, liveOrder(ORDER, OPEN));
  const heard = { kind: 'unfinished', hop, orderId: ORDER, ...rest } as const;
  expect(planRepairs({ account, findings: [heard] })).toMatchObject({
    repairs: [],
    byHand: [{ hop, text: expect.stringContaining('mend the worker') }],
  });
});

describe('what is parked', () => {
  const key = (hop: ParkedKey['hop']): ParkedKey => ({
    ...{ hop, topic: 'shop.orders', group: 'crm', reason: 'no such column', code: null, attempts: 5, messages: 2 },
    ...{ parkedAt: LIFE_BEGINS, redrive: false },
  });
  const untaken = liveOrder(ORDER, OPEN).filter((item) => !(item.source === 'view' && item.hop === 'crm.inbox'));

  test('is played again, which is what its hop misses; one repair for all of it', () => {
    expect(kinds(plan(untaken, WORKING_LIMITS, [key('crm.inbox'), key('mes.inbox')]))).toEqual(['redrive']);
  });

  test('says nothing of another hop', () => {
    const found = kinds(plan(untaken, WORKING_LIMITS, [key('mes.inbox')]));
    expect(found[0]).toBe('redrive');
    expect(found).toContain('publish-again');
  });
});

test('a message that its outbox has forgotten is for people', () => {
  const evidence = liveOrder(ORDER, OPEN).filter(
    (item) => !(item.source === 'view' && (item.hop === 'crm.inbox' || item.hop === 'shop.outbox')),
  );
  const account = accountOf(ORDER, evidence);
  const readAt = LIFE_BEGINS + 3 * 24 * HOUR;
  const { repairs, byHand } = planRepairs({
    account,
    findings: auditOrder(account, { readAt, limits: WORKING_LIMITS }),
  });
  expect(repairs).toEqual([]);
  expect(byHand.map(({ text }) => text)).toContainEqual(expect.stringContaining('forgotten'));
});

test('repairs are asked in an order in which each finds what it needs, and each once', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...DEFECTS]), (defects) => {
      let evidence = liveOrder(ORDER, DELIVERED);
      for (const { plant } of defects.slice(0, 4)) evidence = plant(evidence, () => 0) ?? evidence;
      const { repairs } = plan(evidence);
      const places = repairs.map(({ kind }) => REPAIR_KINDS.indexOf(kind));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      const names = repairs.map((repair) => `${repair.kind} ${'messageId' in repair ? repair.messageId : ''}`);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});

test('the same account gives the same plan; an order repaired in vain gives other evidence', () => {
  const skipped = DEFECTS.find(({ name }) => name === 'the CRM was not told')?.plant(
    liveOrder(ORDER, DELIVERED),
    () => 0,
  );
  const evidence = skipped ?? [];
  expect(plan(evidence.toReversed())).toEqual(plan(evidence));
  const [repair] = plan(evidence).repairs;
  if (repair?.kind !== 'publish-again') throw new Error('nothing to publish again');
  const copy = evidence.findLast((item) => item.source === 'topic' && item.messageId === repair.messageId);
  if (copy?.source !== 'topic') throw new Error('no copy');
  const again = plan([...evidence, { ...copy, offset: copy.offset + 500n }]).repairs[0];
  expect(again).toMatchObject({ kind: 'publish-again', messageId: repair.messageId });
  expect(again?.evidence).not.toBe(repair.evidence);
});
