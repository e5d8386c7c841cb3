import { isFinal, LIFECYCLE, OWNERS, STATUSES } from '@bezel/order-workflow';
import { describe, expect, test } from '@jest/globals';
import { accountOf } from '../account/account-of.ts';
import type { WorkflowStatus } from '../account/evidence.ts';
import { HOPS } from '../account/hops.ts';
import { auditOrder } from '../audit/audit-order.ts';
import { FINDING_KINDS, type Finding } from '../audit/finding.ts';
import { WORKING_LIMITS } from '../audit/limits.ts';
import { planRepairs } from '../repair/plan-repairs.ts';
import { REPAIR_KINDS } from '../repair/repair.ts';
import type { OrderDetails } from '../sources/views/order-details.ts';
import type { ParkedKey } from '../sources/views/parked.ts';
import type { RepairDetails } from '../sources/views/repairs.ts';
import { LIFE_BEGINS, liveOrder } from '../testing/order-life.ts';
import { CAUSES, type CauseCode, WhyAnswer } from './answer.ts';
import { roughly } from './durations.ts';
import { explain } from './explain.ts';
import type { Situation } from './situation.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AT = Date.UTC(2026, 0, 31, 12);

const details = (status: OrderDetails['status'], more: Partial<OrderDetails> = {}): OrderDetails => ({
  ...{ orderId: ORDER, number: 'B-2026-000123', tenant: 'public', channel: 'shop', status, seq: 1, reason: null },
  ...{ submittedAt: AT - 3 * HOUR, enteredAt: AT - 2 * HOUR, promisedAt: null, expectedAt: null, runId: 'run' },
  stageDeadline: LIFECYCLE[status].sla === null ? null : AT + 90 * MINUTE,
  ...{ late: false, predictedLate: false, offerExpiresAt: status === 'PRICED' ? AT + 26 * HOUR : null },
  ...more,
});

const situation = (status: OrderDetails['status'], more: Partial<Situation> = {}): Situation => ({
  ...{ orderId: ORDER, at: AT, details: details(status), parked: [], repairs: [], work: null, unread: [] },
  audit: { account: accountOf(ORDER, []), findings: [] },
  ...more,
});

const finding = (hop: Finding['hop'], more: Partial<Finding> = {}): Finding => ({
  ...{ kind: 'lost', hop, orderId: ORDER, detail: 'something is not there', ageMs: 5 * MINUTE },
  ...more,
});

const audited = (...findings: Finding[]): Partial<Situation> => ({
  audit: { account: accountOf(ORDER, []), findings },
});

const ofWorkflow = (status: WorkflowStatus, ...findings: Finding[]): Partial<Situation> => ({
  audit: {
    account: accountOf(ORDER, [
      {
        source: 'workflow',
        orderId: ORDER,
        status,
        startedAt: AT - 3 * HOUR,
        closedAt: status === 'RUNNING' ? null : AT,
      },
    ]),
    findings,
  },
});

/** The workflow runs, and the row says what it says. */
const inStatus = (status: OrderDetails['status'], ...findings: Finding[]): Partial<Situation> => {
  const audited = ofWorkflow('RUNNING', ...findings).audit;
  if (!audited) throw new Error('there is an audit');
  return { audit: { ...audited, account: { ...audited.account, orders: [{ status, at: AT, dueAt: null }] } } };
};

const key = (hop: ParkedKey['hop'], more: Partial<ParkedKey> = {}): ParkedKey => ({
  ...{ hop, topic: 'shop.orders', group: hop.endsWith('inbox') ? 'mes.board' : null, reason: 'no such column' },
  ...{ code: '42703', attempts: hop.endsWith('inbox') ? 5 : null, messages: 2, parkedAt: AT - HOUR, redrive: false },
  ...more,
});

const step = {
  name: 'openWorkOrder',
  started: false,
  attempt: 4,
  scheduledAt: AT - 10 * MINUTE,
  nextTryAt: AT + MINUTE,
};
const atWork = { runId: 'run', steps: [], taskAttempt: 1, taskSince: null };

/** Each cause, as it comes about. */
const CAUSED: Readonly<Record<CauseCode, Partial<Situation>>> = {
  unreadable: audited(finding('shop.order', { kind: 'unreadable' })),
  'order-gone': audited(finding('shop.order')),
  'history-broken': audited(finding('shop.history')),
  'publishing-parked': { parked: [key('shop.outbox')] },
  'handling-parked': { parked: [key('mes.inbox')] },
  unpublished: audited(finding('shop.topic')),
  untaken: audited(finding('crm.inbox')),
  'workflow-missing': audited(finding('workflow')),
  'workflow-ended': ofWorkflow('TERMINATED', finding('workflow')),
  'workflow-runs-on': ofWorkflow('RUNNING', finding('workflow', { kind: 'unfinished' })),
  'workflow-stuck': { work: { ...atWork, taskAttempt: 7, taskSince: AT - MINUTE } },
  'step-failing': { work: { ...atWork, steps: [{ ...step, lastError: 'no gold left' }] } },
  'step-unattended': { work: { ...atWork, steps: [{ ...step, attempt: 1, lastError: null }] } },
  'fact-unanswered': audited(finding('workflow', { messageId: ORDER })),
  'offer-overdue': inStatus('PRICED', finding('workflow', { kind: 'unfinished' })),
  'work-order-wrong': audited(finding('mes.work-order')),
  'projection-wrong': audited(finding('crm.projection', { messageId: ORDER })),
  inconsistent: audited(finding('shop.topic', { kind: 'out-of-order' })),
  'rests-too-long': audited(finding('shop.order', { kind: 'unfinished' })),
};

describe.each(STATUSES)('an order in %s', (status) => {
  test('with which nothing is wrong: whose turn it is, since when, until when', () => {
    const answer = WhyAnswer.parse(explain(situation(status)));
    const { owner, meaning } = LIFECYCLE[status];
    expect(answer).toMatchObject({ status, accounted: true, causes: [], number: 'B-2026-000123' });
    expect(answer.summary).toMatch(new RegExp(`^It is ${status} since 2026-01-31 10:00 UTC\\.`));
    expect(answer.summary).toContain(meaning);
    if (owner === null) {
      expect(answer.turn).toBeNull();
      expect(answer.summary).toContain('Nothing is left to do.');
      return;
    }
    expect(answer.turn).toMatchObject({ owner, who: OWNERS[owner] });
    expect(answer.summary).toContain(`It waits for ${OWNERS[owner]}, and moves on when ${answer.turn?.endsWhen[0]}`);
    expect(answer.summary).toContain('Nothing is wrong with it.');
    const time =
      LIFECYCLE[status].sla === null ? /The offer stands for 1 day 2 hours more/ : /; 1 hour 30 minutes are left\./;
    expect(answer.summary).toMatch(time);
  });

  test.each(CAUSES)('with %s: it is told first, with what repairs it', (code) => {
    const answer = WhyAnswer.parse(explain(situation(status, CAUSED[code])));
    expect(answer.causes.map((cause) => cause.code)).toEqual([code]);
    const [cause] = answer.causes;
    expect(cause?.text).toMatch(/^\p{Lu}.+\.$/u);
    expect(cause?.repair.text).toMatch(/^\p{Lu}.+\.$/u);
    expect(answer.summary).toContain(cause?.text);
    expect(answer.summary).toMatch(new RegExp(`^It is ${status}`));
    expect(answer.summary).not.toContain('Nothing is wrong');
    expect(answer.summary).not.toMatch(/undefined|null|NaN|\. \.|\.\./);
  });
});

test('every finding that is a defect has a cause, whatever its hop and kind', () => {
  for (const hop of HOPS) {
    for (const kind of FINDING_KINDS.filter((each) => each !== 'on-its-way')) {
      const { causes } = explain(situation('PACKED', audited(finding(hop, { kind }))));
      expect({ hop, kind, causes: causes.length }).toEqual({ hop, kind, causes: 1 });
    }
  }
});

test('a fact that the workflow has heard is not told again: its worker is mended', () => {
  const repairOf = (kind: Finding['kind']) =>
    explain(situation('APPROVED', audited(finding('workflow', { kind, messageId: ORDER })))).causes.map(
      ({ code, repair }) => [code, repair.kind],
    );
  expect(repairOf('lost')).toEqual([['fact-unanswered', 'by-hand']]);
  expect(repairOf('unfinished')).toEqual([['fact-unanswered', 'mend-worker']]);
});

test('a workflow that has withdrawn the work order and does not go on is mended, too, and nobody is sent to the board', () => {
  const causesOf = (kind: Finding['kind']) =>
    explain(situation('APPROVED', audited(finding('mes.work-order', { kind })))).causes;
  const [unfinished] = causesOf('unfinished');
  expect(unfinished).toMatchObject({ code: 'work-order-wrong', repair: { kind: 'mend-worker' } });
  expect(unfinished?.repair.text).not.toContain('board');
  expect(causesOf('lost')).toMatchObject([{ code: 'work-order-wrong', repair: { kind: 'by-hand' } }]);
});

test('what is on its way is no cause, and neither is an order that is late: its SLA tells', () => {
  const entered = { enteredAt: AT - 27 * HOUR, stageDeadline: AT - 3 * HOUR };
  const late = { details: details('PACKED', { ...entered, late: true }) };
  const answer = explain(situation('PACKED', { ...audited(finding('crm.inbox', { kind: 'on-its-way' })), ...late }));
  expect(answer).toMatchObject({ causes: [], accounted: true, sla: { leftMs: -3 * HOUR, late: true } });
  expect(answer.summary).toContain('The stage has 1 day; it is late by 3 hours.');
});

test('an order that rests too long: for whom it waits, and that somebody must ask there', () => {
  const resting = finding('shop.order', { kind: 'unfinished', detail: 'PACKED: waits for operators' });
  const answer = explain(situation('PACKED', audited(resting)));
  expect(answer).toMatchObject({ accounted: false, causes: [{ code: 'rests-too-long', repair: { kind: 'by-hand' } }] });
  expect(answer.summary).toMatch(
    /It waits for the operators.* The order rests in its status for longer than it may\. PACKED: waits for operators\./,
  );
});

describe('the time of a stage is that of the order, not that of the contract', () => {
  const slaOf = (enteredAt: number, stageDeadline: number | null) => {
    const { sla, summary } = explain(situation('PACKED', { details: details('PACKED', { enteredAt, stageDeadline }) }));
    return { withinMs: sla?.withinMs, words: /The stage has ([^;]*);/.exec(summary)?.[1] };
  };

  test.each([
    ['40 seconds', 40_000, '40 seconds'],
    ['twelve hours', 12 * HOUR, '12 hours'],
    ['the contract’s', 24 * HOUR, '1 day'],
  ])('%s', (_, withinMs, words) => {
    expect(slaOf(AT - MINUTE, AT - MINUTE + withinMs)).toEqual({ withinMs, words });
    // The move is committed a moment after the workflow has set the deadline.
    expect(slaOf(AT - MINUTE, AT - MINUTE + withinMs - 300)).toEqual({ withinMs, words });
  });

  test('the contract’s where the shop keeps none, or one that ended before it began', () => {
    expect(slaOf(AT - MINUTE, null)).toEqual({ withinMs: 24 * HOUR, words: '1 day' });
    expect(slaOf(AT, AT - MINUTE)).toEqual({ withinMs: 24 * HOUR, words: '1 day' });
  });
});

test('what is parked explains what is missing at its hop, and of several causes the most telling is first', () => {
  const answer = explain(
    situation('PACKED', {
      ...audited(finding('shop.topic'), finding('mes.inbox'), finding('crm.inbox')),
      parked: [key('mes.inbox'), key('shop.outbox')],
      work: { ...atWork, steps: [{ ...step, lastError: 'no gold left' }] },
    }),
  );
  expect(answer.causes.map(({ code }) => code)).toEqual([
    'publishing-parked',
    'handling-parked',
    'untaken',
    'step-failing',
  ]);
});

test('how often it was tried, and the last error', () => {
  const failing = { work: { ...atWork, steps: [{ ...step, lastError: 'no gold left' }] } };
  const { causes, summary, steps } = explain(situation('APPROVED', failing));
  expect(causes[0]).toMatchObject({ tries: 3, lastError: 'no gold left' });
  expect(summary).toContain('It is “openWorkOrder”. It was tried 3 times. The last error: no gold left.');
  expect(steps).toEqual([expect.objectContaining({ state: 'retrying', tries: 4 })]);
  const parked = explain(
    situation('APPROVED', { parked: [key('mes.inbox', { attempts: 1, messages: 1, code: null })] }),
  );
  expect(parked.summary).toContain(
    'one message of the order waits behind it in group mes.board. It was tried once. The last error: no such column.',
  );
});

describe('repairs that were asked for', () => {
  const MESSAGE = '019b8d9c-2222-7000-8000-000000000001';
  const asked = (n: number, more: Partial<RepairDetails> = {}): RepairDetails => ({
    ...{
      id: `019b8d9c-3333-7000-8000-00000000000${n}`,
      kind: 'publish-again',
      messageId: MESSAGE,
      askedBy: 'reconciler',
    },
    ...{ reason: 'reconciler: the CRM was not told', askedAt: AT - (10 - n) * MINUTE, endedAt: AT - (9 - n) * MINUTE },
    ...{ state: 'done', outcome: 'the message is published again', ...more },
  });
  const lost = finding('crm.inbox', { messageId: MESSAGE, ageMs: MINUTE });
  const why = (more: Partial<Situation>) => WhyAnswer.parse(explain(situation('PACKED', more)));

  test('are told, whatever came of them: by whom, when, why, what each does, how it ended', () => {
    const { repairs } = why({
      repairs: [
        asked(1),
        asked(2, { state: 'refused', outcome: 'the outbox has no such message' }),
        asked(3, { state: 'asked', outcome: null, endedAt: null, askedBy: 'ada', reason: 'orderctl: once more' }),
      ],
    });
    expect(repairs).toEqual([
      {
        ...{ id: asked(1).id, kind: 'publish-again', messageId: MESSAGE, askedBy: 'reconciler' },
        text: 'Publishes the message again, as it was written; who has it passes over the copy.',
        ...{ reason: 'reconciler: the CRM was not told', askedAt: '2026-01-31T11:51:00.000Z' },
        ...{ state: 'done', outcome: 'the message is published again', endedAt: '2026-01-31T11:52:00.000Z' },
      },
      expect.objectContaining({ state: 'refused', outcome: 'the outbox has no such message' }),
      expect.objectContaining({ askedBy: 'ada', reason: 'orderctl: once more', state: 'asked', endedAt: null }),
    ]);
  });

  test('in the words in which they are planned', () => {
    const evidence = liveOrder(ORDER, {
      ...{ steps: 6, ending: 'none', repeatsFrom: [], refusedAfter: null, lateAfter: null, claimed: false },
    }).filter((item) => !(item.source === 'view' && item.hop === 'crm.inbox'));
    const account = accountOf(ORDER, evidence);
    const findings = auditOrder(account, { readAt: LIFE_BEGINS + HOUR, limits: WORKING_LIMITS });
    const plan = planRepairs({ account, findings }).repairs.filter(({ kind }) => kind === 'publish-again');
    expect(plan.length).toBeGreaterThan(1);
    const repairs = plan.map((repair, n) =>
      asked(n, { kind: repair.kind, messageId: 'messageId' in repair ? repair.messageId : null }),
    );
    expect(why({ audit: { account, findings }, repairs }).repairs.map(({ text }) => text)).toEqual(
      plan.map(({ text }) => text),
    );
    for (const kind of REPAIR_KINDS) {
      const [told] = why({ repairs: [asked(1, { kind })] }).repairs;
      expect(told?.text).toMatch(/^\p{Lu}.+\.$/u);
      expect(told?.text).not.toMatch(/undefined|null|newer release/);
    }
    expect(why({ repairs: [asked(1, { kind: 'melt-down' })] }).repairs[0]?.text).toContain('newer release');
  });

  test('say of the finding how often it was tried, and why it was refused the last time', () => {
    const inVain = [1, 2, 3].map((n) => asked(n, { state: 'refused', outcome: `the outbox has it no more (${n})` }));
    const others = [asked(4, { messageId: ORDER }), asked(5, { state: 'asked', outcome: null, endedAt: null })];
    const { causes, summary } = why({ ...audited(lost), repairs: [...inVain, ...others] });
    expect(causes).toMatchObject([{ tries: 3, lastError: 'the outbox has it no more (3)' }]);
    expect(summary).toContain('It was tried 3 times. The last error: the outbox has it no more (3).');
    expect(why({ ...audited(lost), repairs: [...inVain, asked(4)] }).causes).toMatchObject([
      { tries: 4, lastError: null },
    ]);
    expect(why({ ...audited(lost), repairs: others }).causes).toMatchObject([{ tries: null, lastError: null }]);
  });

  test('of a workflow count from when it went wrong the last time', () => {
    const run = (n: number) => asked(n, { kind: 'run-workflow', messageId: null });
    const ended = ofWorkflow('TERMINATED', finding('workflow', { ageMs: 5 * MINUTE }));
    expect(why({ ...ended, repairs: [run(1), run(2)] }).causes).toMatchObject([{ tries: null }]);
    expect(why({ ...ended, repairs: [run(1), run(8)] }).causes).toMatchObject([{ tries: 1 }]);
  });
});

test('an offer that ran out: nobody calls that well', () => {
  const offer = { details: details('PRICED', { offerExpiresAt: AT - HOUR }) };
  const young = explain(situation('PRICED', offer));
  expect(young.summary).toContain('The offer ran out 1 hour ago, which should have ended the order.');
  expect(young.summary).not.toContain('Nothing is wrong');
  const overdue = explain(
    situation('PRICED', { ...offer, ...inStatus('PRICED', finding('workflow', { kind: 'unfinished' })) }),
  );
  expect(overdue).toMatchObject({
    accounted: false,
    causes: [{ code: 'offer-overdue', repair: { kind: 'mend-worker' } }],
  });
  expect(overdue.summary).not.toContain('Nothing is wrong');
});

test('an offer that ran out after the order had gone on is nothing that is wrong', () => {
  const { summary } = explain(situation('APPROVED', { details: details('APPROVED', { offerExpiresAt: AT - HOUR }) }));
  expect(summary).toContain('1 hour 30 minutes are left. Nothing is wrong with it.');
});

test('an offer that was accepted before it ran out: the acceptance is on its way', () => {
  const life = liveOrder(ORDER, {
    ...{ steps: 3, ending: 'none', repeatsFrom: [], refusedAfter: null, lateAfter: null, claimed: false },
  }).filter((item) => !(item.source === 'view' && item.hop === 'shop.history' && item.state === '3 APPROVED'));
  const audit = { account: accountOf(ORDER, life), findings: [] };
  const { summary } = explain(
    situation('PRICED', { audit, details: details('PRICED', { offerExpiresAt: AT - 1_000 }) }),
  );
  expect(summary).toContain('The offer was accepted, and the acceptance is on its way. Nothing is wrong with it.');
});

test('an order that ended for a reason', () => {
  const ended = { details: details('REJECTED', { reason: 'the mesh has a hole' }) };
  expect(explain(situation('REJECTED', ended)).summary).toContain('The reason: the mesh has a hole.');
});

test('what could not be read is said, and nothing is called well without it', () => {
  const answer = explain(
    situation('PACKED', { audit: null, unread: ['Temporal (127.0.0.1:7233) cannot be read: refused'] }),
  );
  expect(answer).toMatchObject({ accounted: null, workflow: null });
  expect(answer.summary).toMatch(/Not all could be read: Temporal/);
  expect(answer.summary).not.toContain('Nothing is wrong');
});

test('an order of which only traces are left', () => {
  const answer = explain(situation('PACKED', { details: undefined, ...audited(finding('shop.order')) }));
  expect(answer).toMatchObject({ status: null, number: null, sla: null, turn: null, accounted: false });
  expect(answer.summary).toMatch(/^Nothing is left of the order but traces\. The order’s row is gone/);
});

test.each([
  [0, 'less than a second'],
  [1_000, '1 second'],
  [61_000, '1 minute 1 second'],
  [2 * HOUR, '2 hours'],
  [93_784_000, '1 day 2 hours'],
])('%d ms are %s', (ms, words) => {
  expect(roughly(ms)).toBe(words);
});

test('a final order with a cause still says the cause', () => {
  for (const status of STATUSES.filter(isFinal)) {
    expect(explain(situation(status, CAUSED['projection-wrong'])).summary).toContain('What was taken is not shown');
  }
});
