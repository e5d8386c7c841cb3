import {
  CancellationRequested,
  DeliveryConfirmed,
  type OrderStatus,
  PriceAccepted,
  WorkOrderStarted,
  WorkOrderWithdrawn,
} from '@bezel/contracts';
import { STAGE_TIMES, STATUSES } from '@bezel/order-workflow';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accountOf } from '../account/account-of.ts';
import { SUBSCRIPTIONS } from '../account/event-types.ts';
import type { Evidence, MessageCopy } from '../account/evidence.ts';
import { VIEW_HOPS, type ViewHop } from '../account/hops.ts';
import { lowestIdAt } from '../sources/views/id-time.ts';
import { DEFECTS, planted } from '../testing/defects/defects.ts';
import { LIFE_BEGINS, type LifePlan, liveOrder } from '../testing/order-life.ts';
import { auditOrder } from './audit-order.ts';
import { isDefect } from './finding.ts';
import { AT_REST_LIMITS, WORKING_LIMITS } from './limits.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const HOUR = 3_600_000;
const atRest = { readAt: LIFE_BEGINS + HOUR, limits: AT_REST_LIMITS };

const plans = (ending: fc.Arbitrary<Pick<LifePlan, 'steps' | 'ending'>>): fc.Arbitrary<LifePlan> =>
  fc
    .record({
      way: ending,
      repeatsFrom: fc.array(fc.nat(20), { maxLength: 3 }),
      refusedAfter: fc.option(fc.integer({ min: 1, max: 8 })),
      lateAfter: fc.option(fc.integer({ min: 0, max: 7 })),
      claimed: fc.boolean(),
    })
    .map(({ way, ...rest }) => ({ ...way, ...rest }));

/** Orders that are final: delivered, cancelled before SHIPPED, or rejected while being priced. */
/** The whole way, late once. */
const DELIVERED: LifePlan = {
  steps: 8,
  ending: 'none',
  repeatsFrom: [],
  refusedAfter: null,
  lateAfter: 3,
  claimed: true,
};

const finalLives = plans(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({ steps: 8, ending: 'none' } as const) },
    {
      weight: 2,
      arbitrary: fc.record({ steps: fc.integer({ min: 0, max: 6 }), ending: fc.constant('cancelled' as const) }),
    },
    { weight: 1, arbitrary: fc.constant({ steps: 1, ending: 'rejected' } as const) },
  ),
);

/** Orders that stopped on their way. */
const openLives = plans(fc.record({ steps: fc.integer({ min: 0, max: 7 }), ending: fc.constant('none' as const) }));

const audit = (evidence: readonly Evidence[], terms = atRest, unread: readonly ViewHop[] = []) =>
  auditOrder(accountOf(ORDER, evidence), terms, unread);

const shuffled = (evidence: readonly Evidence[]) =>
  fc.shuffledSubarray([...evidence], { minLength: evidence.length, maxLength: evidence.length });

describe('a correct account', () => {
  test('of a final order gives no finding, in whatever order its evidence was read', () => {
    fc.assert(
      fc.property(
        finalLives.chain((plan) => shuffled(liveOrder(ORDER, plan))),
        (evidence) => {
          expect(audit(evidence)).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of an open order is on its way while the system works, and unfinished once it rests', () => {
    fc.assert(
      fc.property(openLives, (plan) => {
        const evidence = liveOrder(ORDER, plan);
        expect(audit(evidence)).toEqual([expect.objectContaining({ kind: 'unfinished', hop: 'shop.order' })]);
        const young = audit(evidence, { readAt: LIFE_BEGINS + 40_000, limits: WORKING_LIMITS });
        expect(young).toEqual([expect.objectContaining({ kind: 'on-its-way', hop: 'shop.order' })]);
      }),
    );
  });
});

describe('a planted defect is found, with its kind and its hop', () => {
  test.each(DEFECTS)('$name', ({ expected, plant }) => {
    let planted = 0;
    fc.assert(
      fc.property(finalLives, fc.infiniteStream(fc.nat()), (plan, choices) => {
        const pick = (n: number): number => (n === 0 ? 0 : choices.next().value % n);
        const evidence = plant(liveOrder(ORDER, plan), pick);
        if (evidence === null) return;
        planted += 1;
        expect(audit(evidence)).toContainEqual(expect.objectContaining({ orderId: ORDER, ...expected }));
      }),
      { numRuns: 200 },
    );
    expect(planted).toBeGreaterThan(10);
  });
});

test('an order that is late and is not seen so is found', () => {
  const late = liveOrder(ORDER, { ...DELIVERED, steps: 6, lateAfter: 6 });
  const unseen = late.map((item) =>
    item.source === 'view' && item.hop === 'crm.order' ? { ...item, state: item.state.replace(' late', '') } : item,
  );
  const unmarked = late.filter((item) => !(item.source === 'view' && item.hop === 'mes.late-mark'));
  const untaken = unmarked.filter((item) => !(item.source === 'view' && item.hop === 'mes.inbox'));
  const found = (evidence: readonly Evidence[]) =>
    audit(evidence)
      .filter(({ hop }) => hop !== 'shop.order')
      .map(({ kind, hop }) => `${kind} ${hop}`);
  expect(found(late)).toEqual([]);
  expect(found(unseen)).toEqual(['lost crm.order']);
  expect(found(unmarked)).toEqual(['lost mes.late-mark']);
  expect(new Set(found(untaken))).toEqual(new Set(['lost mes.inbox']));
});

describe.each(Object.values(VIEW_HOPS).flat())('of an order whose rows at %s cannot be read', (hop) => {
  const half = (evidence: readonly Evidence[], terms = atRest) =>
    audit(
      evidence.filter((item) => !(item.source === 'view' && item.hop === hop)),
      terms,
      [hop],
    );

  test('nothing is said that is not true of the whole of it, whatever is wrong with it', () => {
    const defects = fc.option(fc.constantFrom(...DEFECTS), { nil: undefined });
    const readAts = fc.constantFrom(...[1, 3 * 24, 8 * 24].map((hours) => LIFE_BEGINS + hours * HOUR));
    const lives = fc.oneof(finalLives, openLives);
    fc.assert(
      fc.property(lives, defects, readAts, fc.nat(), (plan, defect, readAt, choice) => {
        const life = liveOrder(ORDER, plan);
        const evidence = defect?.plant(life, (n) => (n === 0 ? 0 : choice % n)) ?? life;
        const terms = { ...atRest, readAt };
        expect(audit(evidence, terms)).toEqual(expect.arrayContaining([...half(evidence, terms)]));
      }),
      { numRuns: 300 },
    );
  });

  test('a message that was not published or not taken is found all the same', () => {
    const life = liveOrder(ORDER, DELIVERED);
    if (!hop.endsWith('.inbox')) {
      const untaken = half(planted('the board was not told', life));
      expect(untaken).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'mes.inbox' }));
    }
    if (!hop.endsWith('.outbox') && hop !== 'shop.repair') {
      const unpublished = half(planted('a move was skipped', life));
      expect(unpublished).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'shop.topic' }));
    }
  });
});

describe('what an outbox or an inbox has forgotten is not lost', () => {
  const DAY = 24 * HOUR;
  const after = (days: number) => ({ ...atRest, readAt: LIFE_BEGINS + days * DAY });
  const without = (evidence: readonly Evidence[], hops: string) =>
    evidence.filter((item) => !(item.source === 'view' && item.hop.endsWith(hops)));

  test('outboxes after two days, inboxes after a week', () => {
    fc.assert(
      fc.property(finalLives, (plan) => {
        const evidence = liveOrder(ORDER, plan);
        expect(audit(without(evidence, 'outbox'), after(3))).toEqual([]);
        expect(audit(without(without(evidence, 'outbox'), 'inbox'), after(8))).toEqual([]);
        expect(audit(without(evidence, 'outbox'), after(1))).not.toEqual([]);
        expect(audit(without(evidence, 'inbox'), after(6))).not.toEqual([]);
      }),
    );
  });

  test('though the ids of its messages were made by a clock that was ahead', () => {
    const LATER = lowestIdAt(LIFE_BEGINS + 4 * DAY).slice(0, 24);
    const evidence = liveOrder(ORDER, DELIVERED).map((item) =>
      'messageId' in item && item.messageId !== null ? { ...item, messageId: LATER + item.messageId.slice(24) } : item,
    );
    expect(audit(without(evidence, 'outbox'), after(3))).toEqual([]);
    expect(audit(without(without(evidence, 'outbox'), 'inbox'), after(8))).toEqual([]);
  });

  test.each([
    ['shop.inbox', 'shop.topic'],
    ['shop.inbox', 'mes.topic'],
    ['mes.inbox', 'shop.topic'],
    ['crm.inbox', 'shop.topic'],
  ] as const)('but what %s holds back of %s was never taken, however old, and nothing else is missed', (hop, topic) => {
    const due = SUBSCRIPTIONS.filter((subscription) => subscription.hop === hop).flatMap(({ types }) => types);
    fc.assert(
      fc.property(finalLives, fc.integer({ min: 1, max: 10 }), (plan, messages) => {
        const evidence = without(without(liveOrder(ORDER, plan), 'outbox'), 'inbox');
        const held: Evidence = { source: 'parked', orderId: ORDER, hop, topic, messages, at: LIFE_BEGINS };
        const last = accountOf(ORDER, evidence)
          .copies.filter((copy) => copy.hop === topic)
          .slice(-messages);
        const expected = new Set(last.filter(({ type }) => due.includes(type)).map(({ messageId }) => messageId));
        const found = audit([...evidence, held], after(8));
        expect(found.map(({ kind, hop, messageId }) => `${kind} ${hop} ${messageId}`).sort()).toEqual(
          [...expected].map((messageId) => `lost ${hop} ${messageId}`).sort(),
        );
      }),
    );
  });

  test.each([
    ['the order row is gone', 'shop.order'],
    ['a history row is gone', 'shop.history'],
    // Nothing but its copy stood for the message.
    ['a move was skipped', 'shop.outbox'],
    ['the projection swallowed a move', 'crm.projection'],
  ])('but of an old order as of a young one: %s', (name, hop) => {
    const evidence = planted(name, liveOrder(ORDER, DELIVERED));
    const found = audit(without(without(evidence, 'outbox'), 'inbox'), after(8));
    expect(found).toContainEqual(expect.objectContaining({ kind: 'lost', hop }));
  });
});

describe('what is young is not lost', () => {
  const working = { readAt: LIFE_BEGINS + 25_000, limits: WORKING_LIMITS };

  test.each([
    'the workflow was not told',
    'the CRM was not told',
    'a move was skipped',
    'the workflow did not end',
    'a group took what is on no topic',
  ])('%s', (name) => {
    const evidence = planted(name, liveOrder(ORDER, DELIVERED));
    expect(audit(evidence, working).filter(isDefect)).toEqual([]);
    expect(audit(evidence, { ...working, readAt: working.readAt + HOUR }).filter(isDefect)).not.toEqual([]);
  });
});

describe('an order that rests', () => {
  const MINUTE = 60_000;
  const DAY = 24 * HOUR;
  /** An order that has come to a status, and is to leave it within a time, if the shop says so. */
  const resting = (status: OrderStatus, ownMs?: number): Evidence[] =>
    liveOrder(ORDER, { ...DELIVERED, steps: STATUSES.indexOf(status), lateAfter: null }).map((item) =>
      item.source === 'view' && item.hop === 'shop.order' && ownMs !== undefined
        ? { ...item, dueAt: item.at + ownMs }
        : item,
    );
  const unfinishedAfter = (evidence: readonly Evidence[], ms: number, limits = WORKING_LIMITS) => {
    const [order] = accountOf(ORDER, evidence).orders;
    return audit(evidence, { readAt: (order?.at ?? 0) + ms, limits }).filter(isDefect);
  };
  const withSla = STATUSES.filter((status) => STAGE_TIMES[status] !== undefined);
  const unfinished = [expect.objectContaining({ kind: 'unfinished', hop: 'shop.order' })];

  test.each(withSla)(
    'in %s is unfinished after three times its SLA at the earliest, that of the contract',
    (status) => {
      const slaMs = STAGE_TIMES[status]?.withinMs ?? 0;
      expect(unfinishedAfter(resting(status), 3 * slaMs - 1)).toEqual([]);
      expect(unfinishedAfter(resting(status), 365 * DAY)).toEqual(unfinished);
    },
  );

  test.each(withSla)('in %s has as long as its own times say, where it was given more', (status) => {
    const evidence = resting(status, 20 * DAY);
    expect(unfinishedAfter(evidence, 60 * DAY - 1)).toEqual([]);
    expect(unfinishedAfter(evidence, 60 * DAY)).toEqual(unfinished);
  });

  test('has a time that is not that of its SLA where that is a few seconds', () => {
    expect(unfinishedAfter(resting('SUBMITTED', 5_000), MINUTE - 1)).toEqual([]);
    expect(unfinishedAfter(resting('SUBMITTED', 5_000), MINUTE)).toEqual(unfinished);
    expect(unfinishedAfter(resting('PACKED', 5_000), 7 * DAY - 1)).toEqual([]);
    expect(unfinishedAfter(resting('PACKED', 5_000), 7 * DAY)).toEqual(unfinished);
  });

  describe('with an offer', () => {
    const offered = resting('PRICED', 90 * DAY);
    const overdue = [expect.objectContaining({ kind: 'unfinished', hop: 'workflow' })];

    test('rests as long as the offer stands; then the workflow ends it soon, or is to be looked at', () => {
      expect(unfinishedAfter(offered, 90 * DAY + 2 * MINUTE - 1)).toEqual([]);
      expect(unfinishedAfter(offered, 90 * DAY + 2 * MINUTE)).toEqual(overdue);
      expect(unfinishedAfter(offered, 90 * DAY, AT_REST_LIMITS)).toEqual([...overdue, ...unfinished]);
      expect(unfinishedAfter(offered, 90 * DAY - 1, AT_REST_LIMITS)).toEqual(unfinished);
    });

    test('that was accepted in time is not overdue: what became of that is told where it is', () => {
      const fact = { orderId: ORDER, messageId: '019b8d9c-2222-7000-8000-000000000003', at: LIFE_BEGINS + HOUR };
      const accepted: Evidence[] = [
        ...resting('PRICED', DAY),
        { ...fact, source: 'view', hop: 'shop.outbox', state: `3/9000 shop.orders ${PriceAccepted.type}` },
        { ...fact, source: 'topic', hop: 'shop.topic', type: PriceAccepted.type, partition: 5, offset: 9_000n },
      ];
      const found = unfinishedAfter(accepted, DAY + HOUR).map(({ kind, hop }) => `${kind} ${hop}`);
      expect(found).toEqual(['lost shop.inbox']);
    });

    test('and whose workflow is gone is the workflow’s loss, told once', () => {
      const gone = offered.filter(({ source }) => source !== 'workflow');
      expect(unfinishedAfter(gone, 91 * DAY)).toEqual([expect.objectContaining({ kind: 'lost', hop: 'workflow' })]);
    });
  });
});

describe('a fact that was told to the workflow', () => {
  const at = (steps: number): LifePlan => ({ ...DELIVERED, steps });
  const messageId = '019b8d9c-2222-7000-8000-000000000001';
  const MINUTE = 60_000;
  const ASKED = '019b8d9c-2222-7000-8000-000000000002';

  const signalOf = (id: string, n: number) => ({ messageId: id, kind: 'delivered', eventId: 5 + n, at: LIFE_BEGINS });
  /** An order with facts that were taken some time before the audit; its workflow runs and has heard of some. */
  const told = (
    steps: number,
    facts: readonly { readonly id: string; readonly type: string; readonly age: number }[],
    signalled?: readonly string[],
  ): Evidence[] => [
    ...liveOrder(ORDER, at(steps)).map((item) =>
      item.source === 'workflow' && signalled !== undefined ? { ...item, signalled: signalled.map(signalOf) } : item,
    ),
    ...facts.flatMap(({ id, type, age }, n): Evidence[] => {
      const fact = { orderId: ORDER, messageId: id, at: LIFE_BEGINS + HOUR - age };
      const mes = type.startsWith('mes.');
      const [outbox, topic] = mes ? (['mes.outbox', 'mes.topic'] as const) : (['shop.outbox', 'shop.topic'] as const);
      return [
        {
          ...fact,
          source: 'view',
          hop: outbox,
          state: `3/${9000 + n} ${mes ? 'mes.work-orders' : 'shop.orders'} ${type}`,
        },
        { ...fact, source: 'view', hop: 'shop.inbox', state: 'shop' },
        { ...fact, source: 'topic', hop: topic, type, partition: 5, offset: BigInt(9000 + n) },
      ];
    }),
  ];
  const working = { readAt: LIFE_BEGINS + HOUR, limits: WORKING_LIMITS };
  const defects = (evidence: readonly Evidence[]) =>
    audit(evidence, working).filter((found) => isDefect(found) && found.hop === 'workflow');
  const delivered = { id: messageId, type: DeliveryConfirmed.type };
  const started = { id: messageId, type: WorkOrderStarted.type };
  const cancel = { id: ASKED, type: CancellationRequested.type };

  test('and came before its time is on its way however old, when the history of the running workflow shows it', () => {
    const early = told(6, [{ ...delivered, age: HOUR }], [messageId]);
    expect(audit(early, working).filter(isDefect)).toEqual([]);
  });

  test('is lost when the history does not show it', () => {
    const early = told(6, [{ ...delivered, age: HOUR }], []);
    expect(audit(early, working)).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'workflow', messageId }));
  });

  test('and whose time has come is answered within the time of a hop, or the workflow does not go on', () => {
    const stuck = (age: number) => defects(told(3, [{ ...started, age }], [messageId]));
    expect(stuck(WORKING_LIMITS.hopMs - 1)).toEqual([]);
    expect(stuck(10 * MINUTE)).toEqual([
      expect.objectContaining({ kind: 'unfinished', hop: 'workflow', messageId, ageMs: 10 * MINUTE }),
    ]);
  });

  test('and whose time has come only with the last move, or after a refusal, has its time from there on', () => {
    const last = (state: string): Evidence[] => [
      ...told(3, [{ ...started, age: 20 * MINUTE }], [messageId]),
      { source: 'view', orderId: ORDER, hop: 'shop.history', messageId: null, state, at: working.readAt - 1_000 },
    ];
    expect(defects(last('refused packed'))).toEqual([]);
    expect(defects(last('4 APPROVED'))).toEqual([]);
  });

  test('waits while a cancellation is carried out, for as long as that may take', () => {
    const cancelling = (age: number, ...more: Evidence[]) =>
      defects([
        ...told(
          3,
          [
            { ...started, age },
            { ...cancel, age },
          ],
          [messageId, ASKED],
        ),
        ...more,
      ]);
    expect(cancelling(WORKING_LIMITS.cancellationMs - 1)).toEqual([]);
    const late = [messageId, ASKED].map((id) => expect.objectContaining({ kind: 'unfinished', messageId: id }));
    expect(cancelling(WORKING_LIMITS.cancellationMs)).toEqual(late);
    const again = { source: 'view', orderId: ORDER, hop: 'shop.history', messageId: null } as const;
    const refused = { ...again, state: 'refused cancellation-requested', at: working.readAt - 1_000 };
    expect(cancelling(WORKING_LIMITS.cancellationMs, refused)).toEqual(late);
  });

  test('of a cancellation: a work order that was withdrawn is the end of the order within the time of a cancellation', () => {
    const withdrawn = (age: number, terms = working) => {
      const facts = [
        { ...cancel, age },
        { id: messageId, type: WorkOrderWithdrawn.type, age },
      ];
      const done = { source: 'view', orderId: ORDER, hop: 'shop.cancellation', messageId, at: terms.readAt } as const;
      return audit(
        [
          ...told(3, facts, [ASKED, messageId]).map((item) =>
            item.source === 'view' && item.hop === 'mes.work-order'
              ? { ...item, state: 'WITHDRAWN', at: terms.readAt - age }
              : item,
          ),
          { ...done, state: 'done material-released' },
          { ...done, state: 'done work-order-withdrawn' },
        ],
        terms,
      ).filter((found) => isDefect(found) && found.hop !== 'shop.order');
    };
    const unfinished = (ageMs: number) => [
      expect.objectContaining({ kind: 'unfinished', hop: 'workflow', messageId: ASKED }),
      expect.objectContaining({ kind: 'unfinished', hop: 'mes.work-order', ageMs }),
    ];
    expect(withdrawn(2 * MINUTE)).toEqual([]);
    expect(withdrawn(10 * MINUTE)).toEqual(unfinished(10 * MINUTE));
    expect(withdrawn(0, { ...working, limits: AT_REST_LIMITS })).toEqual(unfinished(0));
  });
});

describe('a message that a repair published again', () => {
  const skipped = DEFECTS.find(({ name }) => name === 'a move was skipped');
  const life = liveOrder(ORDER, DELIVERED);

  /** A move whose copy was lost comes after all others. */
  const late = (pick: number): { evidence: Evidence[]; messageId: string } => {
    const left = skipped?.plant(life, (n) => pick % n) ?? [];
    const lost = life.find((item) => item.source === 'topic' && !left.includes(item));
    if (lost?.source !== 'topic') throw new Error('nothing was lost');
    return { evidence: [...left, { ...lost, offset: 9_000n }], messageId: lost.messageId };
  };

  test('came late, which the record of the repair explains, and nothing else does', () => {
    for (let pick = 0; pick < 7; pick += 1) {
      const { evidence, messageId } = late(pick);
      expect(audit(evidence)).toContainEqual(expect.objectContaining({ kind: 'out-of-order', hop: 'shop.topic' }));
      const repaired = { source: 'view', orderId: ORDER, hop: 'shop.repair', at: LIFE_BEGINS } as const;
      expect(audit([...evidence, { ...repaired, messageId, state: 'publish-again' }])).toEqual([]);
      expect(audit([...evidence, { ...repaired, messageId: null, state: 'redrive' }])).not.toEqual([]);
    }
  });

  test('and was there out of order before, stays so', () => {
    for (let pick = 0; pick < 7; pick += 1) {
      const { evidence, messageId } = late(pick);
      const repaired = {
        source: 'view',
        orderId: ORDER,
        hop: 'shop.repair',
        messageId,
        state: 'publish-again',
      } as const;
      const copy = evidence.at(-1) as MessageCopy;
      const at = copy.at + 60_000;
      const again = { ...copy, offset: 9_999n, at };
      expect(audit([...evidence, again, { ...repaired, at }])).toEqual(audit(evidence));
      // By a clock that is fast, or by a shop that was ended meanwhile.
      expect(audit([...evidence, { ...repaired, at: copy.at + 5_000 }])).toEqual([]);
    }
  });
});
