import type { PriceOffer } from '@bezel/contracts';
import { describe, expect, test } from '@jest/globals';
import type { Fact, FactKind } from '../contract/facts.ts';
import { advance } from './advance.ts';
import type { Effect, Step } from './effects.ts';
import type { Message } from './messages.ts';
import { type OrderState, SEEN_LIMIT, SUBMITTED } from './state.ts';
import { workOf } from './work.ts';

const OFFER: PriceOffer = {
  offerId: '0b0e7c1e-8f1d-4d2a-9c3e-5a4b3c2d1e0f',
  total: { amountMinor: '120000', currency: 'EUR' },
  parts: [{ kind: 'metal', label: 'Gold 585', amount: { amountMinor: '120000', currency: 'EUR' } }],
  massMg: 4200,
  boundingBoxUm: [20_000, 20_000, 6_000],
  expiresAt: '2026-12-01T12:00:00.000Z',
};

const fact = (kind: FactKind, messageId: string = kind, more: Partial<Fact> = {}): Fact => ({
  messageId,
  kind,
  at: '2026-11-21T10:00:00.000Z',
  by: 'somebody',
  ...(kind === 'price-accepted' ? { offerId: OFFER.offerId } : {}),
  ...more,
});

const begun: Message = { kind: 'begun', messageId: 'submitted' };
const priced: Message = { kind: 'priced', offer: OFFER };
const opened: Message = { kind: 'work-order-opened', workOrderId: 'wo-1' };

/** Feeds messages one after the other; the effects are those of all of them. */
function play(messages: readonly Message[], from: OrderState = SUBMITTED): Step {
  const effects: Effect[] = [];
  let state = from;
  for (const message of messages) {
    const step = advance(state, message);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const statusesOf = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.kind === 'move' ? [effect.to] : []));
const refusalsOf = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => (effect.kind === 'refuse' ? [`${effect.fact.messageId}: ${effect.reason}`] : []));

const MAKING = [
  fact('manufacturing-started'),
  fact('manufacturing-completed'),
  fact('packed'),
  fact('shipped'),
] as const;
const TO_APPROVED: readonly Message[] = [begun, priced, fact('price-accepted'), opened];
const TO_SHIPPED: readonly Message[] = [...TO_APPROVED, ...MAKING];

describe('the way to DELIVERED', () => {
  test('begins with move 1, caused by the message that told of the order, and with pricing', () => {
    expect(advance(SUBMITTED, begun).effects).toEqual([
      { kind: 'move', seq: 1, from: 'SUBMITTED', to: 'PRICING', causedBy: 'submitted' },
      { kind: 'start', work: { kind: 'pricing' } },
    ]);
  });

  test('names no cause of move 1 when nobody knows the message any more', () => {
    expect(advance(SUBMITTED, { ...begun, messageId: undefined }).effects[0]).toStrictEqual({
      ...{ kind: 'move', seq: 1, from: 'SUBMITTED', to: 'PRICING' },
    });
  });

  test('offers the price until it expires', () => {
    expect(advance(play([begun]).state, priced).effects).toEqual([
      { kind: 'move', seq: 2, from: 'PRICING', to: 'PRICED', offer: OFFER },
      { kind: 'start', work: { kind: 'offer-timer', at: OFFER.expiresAt } },
    ]);
  });

  test('opens a work order after the acceptance is committed', () => {
    expect(advance(play([begun, priced]).state, fact('price-accepted', 'm1')).effects).toEqual([
      { kind: 'stop', work: { kind: 'offer-timer', at: OFFER.expiresAt } },
      { kind: 'move', seq: 3, from: 'PRICED', to: 'APPROVED', causedBy: 'm1' },
      { kind: 'start', work: { kind: 'open-work-order', massMg: 4200 } },
    ]);
  });

  test('makes each move once', () => {
    const { state, effects } = play([...TO_SHIPPED, fact('delivered')]);
    expect(statusesOf(effects)).toEqual([
      'PRICING',
      'PRICED',
      'APPROVED',
      'IN_MANUFACTURING',
      'MANUFACTURING_COMPLETED',
      'PACKED',
      'SHIPPED',
      'DELIVERED',
    ]);
    expect(state).toMatchObject({ status: 'DELIVERED', seq: 8, workOrderId: 'wo-1', held: [] });
  });

  test('does not wait for the report that the work order is open when making has begun', () => {
    const { state } = play([begun, priced, fact('price-accepted'), fact('manufacturing-started'), opened]);
    expect(state).toMatchObject({ status: 'IN_MANUFACTURING', workOrder: 'open' });
  });
});

describe('repeated and early facts', () => {
  test('a message id is acted on once', () => {
    const before = play([begun, priced, fact('price-accepted', 'm1')]).state;
    expect(advance(before, fact('price-accepted', 'm1'))).toEqual({ state: before, effects: [] });
  });

  test('a refused fact is refused once', () => {
    const before = play([begun, priced, fact('price-accepted', 'm1', { offerId: 'another' })]).state;
    expect(advance(before, fact('price-accepted', 'm1', { offerId: 'another' })).effects).toEqual([]);
  });

  test('an early fact is held and used in its turn', () => {
    const { state, effects } = play([...TO_APPROVED, fact('packed'), fact('manufacturing-completed')]);
    expect(state).toMatchObject({
      status: 'APPROVED',
      held: [{ kind: 'packed' }, { kind: 'manufacturing-completed' }],
    });
    expect(refusalsOf(effects)).toEqual([]);
    expect(statusesOf(advance(state, fact('manufacturing-started')).effects)).toEqual([
      'IN_MANUFACTURING',
      'MANUFACTURING_COMPLETED',
      'PACKED',
    ]);
  });

  test('an acceptance that overtakes the price starts no timer', () => {
    const { state, effects } = play([begun, fact('price-accepted')]);
    expect(state.held).toHaveLength(1);
    expect(effects).toHaveLength(2);
    expect(advance(state, priced).effects.map((effect) => effect.kind)).toEqual(['move', 'move', 'start']);
  });

  test('the same early fact under another id is refused, so that held facts stay few', () => {
    expect(refusalsOf(play([begun, fact('shipped', 'a'), fact('shipped', 'b')]).effects)).toEqual(['b: repeated']);
  });

  test('only the last message ids are remembered', () => {
    const many = Array.from({ length: SEEN_LIMIT + 5 }, (_, n) => fact('packed', `m${n}`));
    const { state } = play(many);
    expect(state.seen).toHaveLength(SEEN_LIMIT);
    expect(state.seen.at(-1)).toBe(`m${SEEN_LIMIT + 4}`);
  });
});

describe('facts that can never fit are refused with a reason', () => {
  test('an offer that was not made', () => {
    const { state, effects } = play([begun, priced, fact('price-accepted', 'm1', { offerId: 'another' })]);
    expect(refusalsOf(effects)).toEqual(['m1: other-offer']);
    expect(state.status).toBe('PRICED');
  });

  test('a stage that is over', () => {
    expect(refusalsOf(play([...TO_SHIPPED, fact('packed', 'again')]).effects)).toEqual(['again: too-late']);
  });

  test('a cancellation after SHIPPED', () => {
    expect(refusalsOf(play([...TO_SHIPPED, fact('cancellation-requested', 'c')]).effects)).toEqual(['c: too-late']);
  });

  test('anything after the end, held facts included', () => {
    const { effects } = play([
      begun,
      fact('packed'),
      { kind: 'model-rejected', reason: 'not closed' },
      fact('delivered'),
    ]);
    expect(refusalsOf(effects)).toEqual(['packed: order-ended', 'delivered: order-ended']);
  });
});

describe('other ends', () => {
  test('REJECTED, with the reason for the customer', () => {
    const { effects } = play([begun, { kind: 'model-rejected', reason: 'the body has a hole' }]);
    expect(effects.at(-1)).toEqual({
      kind: 'move',
      seq: 2,
      from: 'PRICING',
      to: 'REJECTED',
      reason: 'the body has a hole',
    });
  });

  test('CANCELLED when the offer expires', () => {
    const { effects } = play([begun, priced, { kind: 'offer-expired' }]);
    expect(effects.at(-1)).toEqual({ kind: 'move', seq: 3, from: 'PRICED', to: 'CANCELLED', reason: 'offer-expired' });
  });

  test('an outcome of work that was stopped does nothing', () => {
    const { state } = play([begun, fact('cancellation-requested')]);
    expect(state.status).toBe('CANCELLED');
    expect(advance(state, priced)).toEqual({ state, effects: [] });
  });
});

describe('cancellation', () => {
  const cancel = fact('cancellation-requested', 'c', { reason: 'changed my mind' });

  test('stops pricing', () => {
    expect(advance(play([begun]).state, cancel).effects).toEqual([
      { kind: 'stop', work: { kind: 'pricing' } },
      { kind: 'move', seq: 2, from: 'PRICING', to: 'CANCELLED', causedBy: 'c', reason: 'changed my mind' },
    ]);
  });

  test('withdraws the work order before it is final', () => {
    const asked = advance(play(TO_APPROVED).state, cancel);
    expect(asked.effects).toEqual([
      { kind: 'start', work: { kind: 'withdraw-work-order', reason: 'changed my mind' } },
    ]);
    expect(asked.state.status).toBe('APPROVED');
    const { state, effects } = advance(asked.state, { kind: 'work-order-withdrawn' });
    expect(effects).toEqual([
      { kind: 'move', seq: 4, from: 'APPROVED', to: 'CANCELLED', causedBy: 'c', reason: 'changed my mind' },
    ]);
    expect(state.workOrder).toBe('withdrawn');
  });

  test('waits for a work order that is being opened', () => {
    const asked = advance(play([begun, priced, fact('price-accepted')]).state, cancel);
    expect(asked.effects).toEqual([]);
    expect(advance(asked.state, opened).effects).toEqual([
      { kind: 'start', work: { kind: 'withdraw-work-order', reason: 'changed my mind' } },
    ]);
  });

  test('refuses what came in between once the order has ended', () => {
    const { effects } = play([...TO_APPROVED, cancel, fact('manufacturing-started'), { kind: 'work-order-withdrawn' }]);
    expect(statusesOf(effects).at(-1)).toBe('CANCELLED');
    expect(refusalsOf(effects)).toEqual(['manufacturing-started: order-ended']);
  });

  test('is refused when the MES has shipped, and the order goes on with what came in between', () => {
    const { state, effects } = play([...TO_APPROVED, cancel, ...MAKING, { kind: 'work-order-shipped' }]);
    expect(refusalsOf(effects)).toEqual(['c: already-shipped']);
    expect(state).toMatchObject({ status: 'SHIPPED', cancelling: null, held: [] });
  });
});

test('a second cancellation is asked of the MES again when the first was refused', () => {
  const cancel = (id: string): Fact => fact('cancellation-requested', id);
  const { state } = play([...TO_APPROVED, cancel('c1'), cancel('c2')]);
  const { effects } = advance(state, { kind: 'work-order-shipped' });
  expect(refusalsOf(effects)).toEqual(['c1: already-shipped']);
  expect(effects.at(-1)).toEqual({ kind: 'start', work: { kind: 'withdraw-work-order', reason: 'on-request' } });
});

test('what a state calls for can be started afresh from the state alone', () => {
  expect(workOf(play([begun]).state)).toEqual([{ kind: 'pricing' }]);
  expect(workOf(play([begun, priced]).state)).toEqual([{ kind: 'offer-timer', at: OFFER.expiresAt }]);
  expect(workOf(play([begun, priced, fact('price-accepted')]).state)).toEqual([
    { kind: 'open-work-order', massMg: 4200 },
  ]);
  expect(workOf(play(TO_APPROVED).state)).toEqual([]);
  expect(workOf(play([...TO_APPROVED, fact('cancellation-requested')]).state)).toEqual([
    { kind: 'withdraw-work-order', reason: 'on-request' },
  ]);
  expect(workOf(play([...TO_SHIPPED, fact('delivered')]).state)).toEqual([]);
});
