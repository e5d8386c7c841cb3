import type { OrderStatus } from '@bezel/contracts';
import { describe, expect, test } from '@jest/globals';
import type { Fact, FactKind } from '../contract/facts.ts';
import { advance } from './advance.ts';
import type { Effect } from './effects.ts';
import type { Message } from './messages.ts';
import { LIFECYCLE } from './stages.ts';
import { type OrderState, SUBMITTED } from './state.ts';
import { STATUSES } from './table.ts';
import { STAGE_TIMES, type StageTimes, wakeAt } from './timing.ts';

// Minutes stand for whatever an SLA is made of; the order is submitted at minute 0.
const MINUTE = 60_000;
const TIMES: StageTimes = {
  PRICING: { withinMs: 10 * MINUTE, typicalMs: 2 * MINUTE },
  APPROVED: { withinMs: 20 * MINUTE, typicalMs: 10 * MINUTE },
  IN_MANUFACTURING: { withinMs: 60 * MINUTE, typicalMs: 40 * MINUTE },
  MANUFACTURING_COMPLETED: { withinMs: 10 * MINUTE, typicalMs: 5 * MINUTE },
  PACKED: { withinMs: 10 * MINUTE, typicalMs: 5 * MINUTE },
  SHIPPED: { withinMs: 40 * MINUTE, typicalMs: 20 * MINUTE },
};
const START = Date.parse('2026-11-21T10:00:00.000Z');
const at = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

const OFFER = {
  offerId: 'the-offer',
  total: { amountMinor: '1', currency: 'EUR' },
  parts: [{ kind: 'labour' as const, label: 'labour', amount: { amountMinor: '1', currency: 'EUR' } }],
  massMg: 1,
  boundingBoxUm: [1, 1, 1] as [number, number, number],
  expiresAt: at(10_000),
};
const fact = (kind: FactKind): Fact => ({
  messageId: kind,
  kind,
  at: at(0),
  by: 'x',
  ...(kind === 'price-accepted' ? { offerId: OFFER.offerId } : {}),
});
const begun: Message = { kind: 'begun', messageId: 'submitted' };
const priced: Message = { kind: 'priced', offer: OFFER };
const look: Message = { kind: 'time-passed' };
const opened: Message = { kind: 'work-order-opened', workOrderId: 'wo' };

type Happened = readonly [minute: number, message: Message];

/** Plays messages at their minutes; answers the last state and all effects. */
function play(messages: readonly Happened[], times = TIMES): { state: OrderState; effects: readonly Effect[] } {
  let state = SUBMITTED;
  const effects: Effect[] = [];
  for (const [minute, message] of messages) {
    const step = advance(state, message, { now: START + minute * MINUTE, times });
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const delaysIn = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'delay' ? [effect.delay] : []));
const wakeMinute = (state: OrderState): number | null => {
  const wake = wakeAt(state, TIMES);
  return wake === null ? null : (wake - START) / MINUTE;
};

const APPROVED_AT_5: readonly Happened[] = [
  [0, begun],
  [3, priced],
  [5, fact('price-accepted')],
  [5, opened],
];

describe('a move', () => {
  test('says when the stage it enters passes its SLA, where that has one', () => {
    const { effects } = play(APPROVED_AT_5);
    expect(effects.filter(({ kind }) => kind === 'move')).toMatchObject([
      { to: 'PRICING', deadline: at(10) },
      { to: 'PRICED' },
      { to: 'APPROVED', deadline: at(25), promisedAt: at(5 + 20 + 60 + 10 + 10 + 40) },
    ]);
    expect(effects.find((effect) => effect.kind === 'move' && effect.to === 'PRICED')).not.toHaveProperty('deadline');
  });

  test('made of a fact that waited counts from when it is made', () => {
    const { state, effects } = play([
      ...APPROVED_AT_5,
      [6, fact('packed')],
      [7, fact('manufacturing-completed')],
      [8, fact('manufacturing-started')],
    ]);
    expect(effects.filter(({ kind }) => kind === 'move').slice(-3)).toMatchObject([
      { to: 'IN_MANUFACTURING', deadline: at(68) },
      { to: 'MANUFACTURING_COMPLETED', deadline: at(18) },
      { to: 'PACKED', deadline: at(18) },
    ]);
    expect(state.timing).toMatchObject({ enteredAt: START + 8 * MINUTE, promisedAt: START + 145 * MINUTE });
  });
});

describe('a stage that goes on', () => {
  test('beyond the middle between the usual and its SLA is predicted to pass it, then told late, each once', () => {
    const { state } = play(APPROVED_AT_5);
    expect(wakeMinute(state)).toBe(5 + 15);
    const early = play([...APPROVED_AT_5, [19.9, look]]);
    expect(delaysIn(early.effects)).toEqual([]);
    const predicted = play([...APPROVED_AT_5, [20, look], [21, look]]);
    expect(delaysIn(predicted.effects)).toEqual([
      {
        seq: 3,
        status: 'APPROVED',
        kind: 'predicted',
        deadline: at(25),
        expectedAt: at(25 + 70),
        tells: ['operators', 'customer'],
      },
    ]);
    expect(wakeMinute(predicted.state)).toBe(25);
    const late = play([...APPROVED_AT_5, [20, look], [25, look], [26, look], [400, look]]);
    expect(delaysIn(late.effects).map(({ kind, expectedAt }) => [kind, expectedAt])).toEqual([
      ['predicted', at(95)],
      ['late', at(5 + 10 + 20 + 70)],
    ]);
    expect(wakeMinute(late.state)).toBeNull();
    expect(late.state.timing).toMatchObject({ late: true });
  });

  test('while nobody looks is told late alone', () => {
    expect(delaysIn(play([...APPROVED_AT_5, [30, look]]).effects).map(({ kind }) => kind)).toEqual(['late']);
  });

  test('and ends is late no more; the next stage is told by itself', () => {
    const { state, effects } = play([...APPROVED_AT_5, [25, look], [26, fact('manufacturing-started')]]);
    expect(state.timing).toMatchObject({ late: false, deadline: START + 86 * MINUTE });
    expect(delaysIn(effects)).toHaveLength(1);
  });

  test('is told in the step in which it is found, after the moves of that step', () => {
    const { effects } = play([
      [0, begun],
      [11, look],
    ]);
    expect(effects.map(({ kind }) => kind)).toEqual(['move', 'start', 'delay']);
    expect(delaysIn(effects)).toMatchObject([{ status: 'PRICING', kind: 'late', expectedAt: null }]);
  });

  test('is not told while the order is being cancelled; told again when that was refused', () => {
    const cancelling = play([...APPROVED_AT_5, [6, fact('cancellation-requested')], [50, look]]);
    expect(delaysIn(cancelling.effects)).toEqual([]);
    expect(wakeMinute(cancelling.state)).toBeNull();
    const refused = play([...APPROVED_AT_5, [6, fact('cancellation-requested')], [50, { kind: 'work-order-shipped' }]]);
    expect(delaysIn(refused.effects)).toMatchObject([{ kind: 'late', status: 'APPROVED' }]);
  });
});

describe('the promise', () => {
  // 20 minutes in APPROVED instead of 10, and so on: every stage within its SLA, and the order late in the end.
  const SLOW: StageTimes = {
    ...TIMES,
    APPROVED: { withinMs: 20 * MINUTE, typicalMs: 10 * MINUTE },
    SHIPPED: { withinMs: 0, typicalMs: 20 * MINUTE },
  };

  test('that will not be kept is told once an order, before it is broken', () => {
    const messages: readonly Happened[] = [
      ...APPROVED_AT_5,
      [24, fact('manufacturing-started')],
      [83, fact('manufacturing-completed')],
      [92, fact('packed')],
    ];
    const { effects, state } = play(messages, SLOW);
    expect(state.timing?.promisedAt).toBe(START + 105 * MINUTE);
    const promised = delaysIn(effects).filter(({ deadline }) => deadline === at(105));
    expect(promised).toMatchObject([{ kind: 'predicted', status: 'MANUFACTURING_COMPLETED', expectedAt: at(83 + 30) }]);
    expect(Date.parse(promised[0]?.expectedAt ?? '')).toBeGreaterThan(START + 105 * MINUTE);
  });
});

test('an order that keeps no time is told nothing and wakes never', () => {
  let state = SUBMITTED;
  for (const [, message] of APPROVED_AT_5) state = advance(state, message).state;
  expect(state.timing).toBeNull();
  expect(wakeAt(state, TIMES)).toBeNull();
  expect(advance(state, look).effects).toEqual([]);
});

test('the times of the stage contract leave room: each stage usually ends before its SLA', () => {
  const timed = STATUSES.filter((status) => STAGE_TIMES[status] !== undefined);
  expect(timed).toEqual(STATUSES.filter((status: OrderStatus) => LIFECYCLE[status].sla !== null));
  for (const status of timed) {
    const { withinMs = 0, typicalMs = 0 } = STAGE_TIMES[status] ?? {};
    expect({ status, room: typicalMs > 0 && withinMs > typicalMs }).toEqual({ status, room: true });
  }
});
