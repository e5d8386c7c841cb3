import { OFFER_EXPIRED } from '../contract/activities.ts';
import type { Fact, RefusalReason } from '../contract/facts.ts';
import type { Effect, Move, Step } from './effects.ts';
import { isFact, type Message, type Outcome } from './messages.ts';
import { LIFECYCLE } from './stages.ts';
import { type OrderState, SEEN_LIMIT } from './state.ts';
import { fitOf, isFinal } from './table.ts';
import { type Clock, keepTime } from './timing.ts';
import { isEndedBy, ON_REQUEST, workOf } from './work.ts';

/**
 * Decides what a message does to an order. Pure: the same state, message and clock always give the same step.
 *
 * Whatever the order, repetition and delay of the messages:
 * - every move is in the table, and the `seq` of moves has no hole;
 * - a fact seen before does nothing; one that comes too early is held until it fits; one that can never fit is refused,
 *   with the reason. No fact is dropped;
 * - a cancellation first has the work order withdrawn. If that is shipped already, the cancellation is refused and the
 *   order goes on. Facts that come in between wait for the answer;
 * - a stage that has passed its SLA, or will, is told once (see `keepTime`).
 *
 * @param clock null for an order that keeps no time
 *
 * @example
 * const { state, effects } = advance(SUBMITTED, { kind: 'begun', messageId });
 * // state.status is PRICING; effects: the move with seq 1, then the start of pricing
 */
export function advance(state: OrderState, message: Message, clock: Clock | null = null): Step {
  const decided = isFact(message) ? hear(state, message) : report(state, message);
  const moved = settle(decided);
  const settled = clock === null ? moved : keepTime(moved, clock);
  // Work that reports its outcome is over by itself; the new state may call for the same work again.
  const before = workOf(state).filter((work) => !isEndedBy(work, message));
  const after = workOf(settled.state);
  const stopped = before.filter((work) => !after.some((other) => other.kind === work.kind));
  const started = after.filter((work) => !before.some((other) => other.kind === work.kind));
  return {
    state: settled.state,
    effects: [
      ...stopped.map((work): Effect => ({ kind: 'stop', work })),
      ...settled.effects,
      ...started.map((work): Effect => ({ kind: 'start', work })),
    ],
  };
}

function hear(state: OrderState, fact: Fact): Step {
  if (state.seen.includes(fact.messageId)) return unchanged(state);
  return judge({ ...state, seen: [...state.seen, fact.messageId].slice(-SEEN_LIMIT) }, fact);
}

/** Takes the held facts whose time has come, oldest first, until only early ones are left. */
function settle(step: Step): Step {
  let { state } = step;
  const effects = [...step.effects];
  for (;;) {
    const { status, held, cancelling } = state;
    const ripe = cancelling === null ? held.find((fact) => fitOf(status, fact.kind) !== 'later') : undefined;
    if (ripe === undefined) return { state, effects };
    const next = judge({ ...state, held: held.filter((fact) => fact !== ripe) }, ripe);
    state = next.state;
    effects.push(...next.effects);
  }
}

function judge(state: OrderState, fact: Fact): Step {
  const fit = fitOf(state.status, fact.kind);
  if (state.cancelling !== null || fit === 'later') return hold(state, fact);
  if (fit === 'never') return refuse(state, fact, isFinal(state.status) ? 'order-ended' : 'too-late');
  if (fact.kind === 'cancellation-requested') return cancel(state, fact);
  if (fact.kind === 'price-accepted' && fact.offerId !== state.offer?.offerId)
    return refuse(state, fact, 'other-offer');
  return move(state, fact, { causedBy: fact.messageId });
}

function hold(state: OrderState, fact: Fact): Step {
  const told = state.held.some((other) => other.kind === fact.kind && other.offerId === fact.offerId);
  return told ? refuse(state, fact, 'repeated') : unchanged({ ...state, held: [...state.held, fact] });
}

/** Compensates in reverse what was opened; the move to CANCELLED comes after that. */
function cancel(state: OrderState, request: Fact): Step {
  switch (state.workOrder) {
    case 'none':
      return cancelled(state, request);
    case 'open':
      return unchanged({ ...state, cancelling: request, workOrder: 'withdrawing' });
    default:
      // It is being opened: it can be withdrawn only when that has ended, or the withdrawal could overtake it.
      return unchanged({ ...state, cancelling: request });
  }
}

const cancelled = (state: OrderState, request: Fact): Step =>
  move(state, request, { causedBy: request.messageId, reason: request.reason ?? ON_REQUEST });

function report(state: OrderState, outcome: Outcome): Step {
  switch (outcome.kind) {
    case 'work-order-opened': {
      if (state.workOrder !== 'opening') return unchanged(state);
      const workOrder = state.cancelling === null ? 'open' : 'withdrawing';
      return unchanged({ ...state, workOrder, workOrderId: outcome.workOrderId });
    }
    case 'work-order-withdrawn': {
      if (state.workOrder !== 'withdrawing' || state.cancelling === null) return unchanged(state);
      return cancelled({ ...state, workOrder: 'withdrawn', cancelling: null }, state.cancelling);
    }
    case 'work-order-shipped': {
      if (state.workOrder !== 'withdrawing' || state.cancelling === null) return unchanged(state);
      return refuse({ ...state, workOrder: 'open', cancelling: null }, state.cancelling, 'already-shipped');
    }
    case 'time-passed':
      return unchanged(state);
    default:
      // Its status is over: the outcome tells of work that was stopped too late to keep it from reporting.
      if (fitOf(state.status, outcome.kind) !== 'now') return unchanged(state);
      return moveOn(state, outcome);
  }
}

function moveOn(state: OrderState, outcome: Extract<Outcome, { kind: OutcomeThatMoves }>): Step {
  switch (outcome.kind) {
    case 'begun':
      return move(state, outcome, outcome.messageId === undefined ? {} : { causedBy: outcome.messageId });
    case 'priced':
      return move({ ...state, offer: outcome.offer }, outcome, { offer: outcome.offer });
    case 'model-rejected':
      return move(state, outcome, { reason: outcome.reason });
    case 'offer-expired':
      return move(state, outcome, { reason: OFFER_EXPIRED });
  }
}

type OutcomeThatMoves = 'begun' | 'priced' | 'model-rejected' | 'offer-expired';

function move(state: OrderState, message: Message, why: Pick<Move, 'causedBy' | 'reason' | 'offer'>): Step {
  const to = LIFECYCLE[state.status].endedBy[message.kind];
  if (to === undefined) throw new TypeError(`${message.kind} does not end ${state.status}`);
  const seq = state.seq + 1;
  return {
    state: { ...state, status: to, seq, workOrder: to === 'APPROVED' ? 'opening' : state.workOrder },
    effects: [{ kind: 'move', seq, from: state.status, to, ...why }],
  };
}

const refuse = (state: OrderState, fact: Fact, reason: RefusalReason): Step => ({
  state,
  effects: [{ kind: 'refuse', fact, status: state.status, reason }],
});

const unchanged = (state: OrderState): Step => ({ state, effects: [] });
