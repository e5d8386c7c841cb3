import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Fact } from '../contract/facts.ts';
import {
  comeToRest,
  happen,
  happenings,
  MES_STEPS,
  OFFER,
  World,
  withCancellationAndExpiry,
} from '../testing/order-world.ts';
import { advance } from './advance.ts';
import type { Message } from './messages.ts';
import { SUBMITTED } from './state.ts';
import { isFinal } from './table.ts';
import { STAGE_TIMES } from './timing.ts';

// When a law is broken fast-check prints the seed and the shortest path it found to break it.

/** The laws that hold in every world that has come to rest. */
function expectLawful(world: World): void {
  expect(isFinal(world.status)).toBe(true);
  expect(world.state.status).toBe(world.status);
  expect(world.state.held).toEqual([]);
  expect(world.state.cancelling).toBeNull();
  expect(world.running).toEqual([]);
  // Every recorded fact either caused one move or was refused once.
  const causes = world.moves.flatMap((move) => (move.causedBy?.startsWith('m') ? [move.causedBy] : []));
  const accounted = [...causes, ...world.refused.map(({ fact }) => fact.messageId)];
  expect(accounted.sort()).toEqual(world.recorded.map((fact) => fact.messageId).sort());
  // What was opened is withdrawn or delivered; what left the house is never cancelled.
  if (world.status === 'CANCELLED') expect(world.made === null || world.withdrawn).toBe(true);
  if (world.made === MES_STEPS.length) expect(world.status).toBe('DELIVERED');
  if (world.status === 'DELIVERED') expect(world.withdrawn).toBe(false);
  if (world.accepted && world.recorded.every((fact) => fact.kind !== 'cancellation-requested')) {
    expect(world.status).toBe('DELIVERED');
  }
}

/** What must be told of the stages an order went through, if the alarm rings in time, and no more than that. */
function expectToldOnce({ delays, moves }: World): void {
  const told = delays.map(({ seq, kind }) => `${seq} ${kind}`);
  expect(new Set(told).size).toBe(told.length);
  for (const { seq, kind, status, at, deadline, expectedAt, tells } of delays) {
    const entered = moves[seq - 1];
    const time = STAGE_TIMES[status];
    if (entered === undefined || time === undefined) throw new Error(`a delay of no stage: ${seq} ${status}`);
    const left = moves[seq]?.at ?? at;
    const passesAt = entered.at + time.withinMs;
    expect(entered.to).toBe(status);
    expect(tells).toContain('operators');
    expect(at).toBeLessThanOrEqual(left);
    if (kind === 'late') {
      expect(Date.parse(deadline)).toBe(passesAt);
      expect(at).toBeGreaterThanOrEqual(passesAt);
    } else {
      // Told early enough to be of use, and of something that is still to come or a promise.
      expect(at).toBeLessThan(passesAt);
      expect(expectedAt === null || Date.parse(expectedAt) >= Date.parse(deadline)).toBe(true);
    }
  }
}

const RUNS = { numRuns: 2_000 };

test('without cancellation and expiry every order is delivered, and only offers never made are refused', () => {
  fc.assert(
    fc.property(happenings, (events) => {
      const world = new World(false);
      for (const event of events) happen(world, event);
      comeToRest(world);
      expectLawful(world);
      expect(world.status).toBe('DELIVERED');
      const pointless = world.refused.filter(({ fact }) => fact.offerId === 'another');
      const repeatedAcceptance = world.refused.filter(({ fact }) => fact.offerId === OFFER.offerId);
      expect(world.refused).toHaveLength(pointless.length + repeatedAcceptance.length);
      expect(repeatedAcceptance).toHaveLength(
        world.recorded.filter((fact) => fact.offerId === OFFER.offerId).length - 1,
      );
    }),
    RUNS,
  );
});

test('with cancellation at any moment, expiry and rejection every order still ends lawfully', () => {
  fc.assert(
    fc.property(withCancellationAndExpiry, fc.boolean(), (events, rejects) => {
      const world = new World(rejects);
      for (const event of events) happen(world, event);
      comeToRest(world);
      expectLawful(world);
      expectToldOnce(world);
    }),
    RUNS,
  );
});

test('a stage that has passed its SLA is told when it does, and one that has not is never told to be late', () => {
  fc.assert(
    fc.property(happenings, (events) => {
      const world = new World(false);
      for (const event of events) if (event.what !== 'time passes unheard') happen(world, event);
      comeToRest(world);
      for (const [index, { seq, to, at }] of world.moves.entries()) {
        const left = world.moves[index + 1]?.at ?? world.now;
        const late = world.delays.filter((delay) => delay.seq === seq && delay.kind === 'late');
        const passesAt = at + (STAGE_TIMES[to]?.withinMs ?? Number.POSITIVE_INFINITY);
        expect(late.map((delay) => delay.at)).toEqual(left >= passesAt ? [passesAt] : []);
      }
    }),
    RUNS,
  );
});

test('the clock changes no move, no refusal and no work', () => {
  fc.assert(
    fc.property(withCancellationAndExpiry, fc.boolean(), (events, rejects) => {
      const timed = new World(rejects);
      const timeless = new World(rejects, null);
      for (const event of events) {
        happen(timed, event);
        happen(timeless, event);
      }
      const withoutTime = ({ moves, refused, running, state }: World) => ({
        moves: moves.map(({ seq, from, to, causedBy }) => ({ seq, from, to, causedBy })),
        refused,
        running,
        state: { ...state, timing: null },
      });
      expect(withoutTime(timed)).toEqual(withoutTime(timeless));
      expect(timeless.delays).toEqual([]);
      expect(timeless.state.timing).toBeNull();
    }),
    RUNS,
  );
});

test('any order, repetition and mixture of the facts gives the same moves', () => {
  const facts: readonly Fact[] = (['price-accepted', ...MES_STEPS, 'delivered'] as const).map((kind) => ({
    messageId: kind,
    kind,
    at: '2026-11-21T10:00:00.000Z',
    by: 'x',
    ...(kind === 'price-accepted' ? { offerId: OFFER.offerId } : {}),
  }));
  const outcomes: readonly Message[] = [
    { kind: 'begun', messageId: 'submitted' },
    { kind: 'priced', offer: OFFER },
  ];
  const twice = [...facts, ...facts];
  fc.assert(
    fc.property(
      fc.shuffledSubarray(twice, { minLength: twice.length }),
      fc.array(fc.nat(twice.length), { minLength: outcomes.length, maxLength: outcomes.length }),
      (shuffled, places) => {
        const sequence: Message[] = [...shuffled];
        // The workflow's own outcomes keep their order; where among the facts they fall is free.
        const sorted = [...places].sort((one, other) => other - one);
        for (const [index, place] of sorted.entries()) {
          const outcome = outcomes[outcomes.length - 1 - index];
          if (outcome !== undefined) sequence.splice(place, 0, outcome);
        }
        let state = SUBMITTED;
        const moves: string[] = [];
        for (const message of sequence) {
          const step = advance(state, message);
          state = step.state;
          for (const effect of step.effects) {
            expect(effect.kind).not.toBe('refuse');
            if (effect.kind === 'move') moves.push(`${effect.seq} ${effect.to} ${effect.causedBy ?? '-'}`);
          }
        }
        expect(moves).toEqual([
          '1 PRICING submitted',
          '2 PRICED -',
          '3 APPROVED price-accepted',
          '4 IN_MANUFACTURING manufacturing-started',
          '5 MANUFACTURING_COMPLETED manufacturing-completed',
          '6 PACKED packed',
          '7 SHIPPED shipped',
          '8 DELIVERED delivered',
        ]);
        // The order of arrival shows only in the list of ids seen.
        expect({ ...state, seen: [] }).toMatchObject({ status: 'DELIVERED', seq: 8, held: [] });
      },
    ),
    RUNS,
  );
});
