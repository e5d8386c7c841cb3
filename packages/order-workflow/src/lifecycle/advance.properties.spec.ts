import type { OrderStatus, PriceOffer } from '@bezel/contracts';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Fact, FactKind } from '../contract/facts.ts';
import { advance } from './advance.ts';
import type { Effect } from './effects.ts';
import type { Message } from './messages.ts';
import { type OrderState, SUBMITTED } from './state.ts';
import { canMove, isFinal } from './table.ts';
import { type Work, workOf } from './work.ts';

// A model of everything around one order: people act, the network delays and repeats, work ends in its own time, the
// workflow continues as new. fast-check chooses what happens next and prints seed and path when a law is broken.

const OFFER: PriceOffer = {
  offerId: 'the-offer',
  total: { amountMinor: '1', currency: 'EUR' },
  parts: [{ kind: 'labour', label: 'labour', amount: { amountMinor: '1', currency: 'EUR' } }],
  massMg: 1,
  boundingBoxUm: [1, 1, 1],
  expiresAt: '2026-12-01T12:00:00.000Z',
};

const MES_STEPS = ['manufacturing-started', 'manufacturing-completed', 'packed', 'shipped'] as const;

class World {
  state: OrderState = SUBMITTED;
  readonly moves: { seq: number; from: OrderStatus; to: OrderStatus; causedBy: string | undefined }[] = [];
  readonly refused: { fact: Fact; reason: string }[] = [];
  readonly recorded: Fact[] = [];
  /** Facts that will be delivered at least once more. */
  readonly network: Fact[] = [];
  running: Work[] = [];
  /** The MES's own truth; null while there is no work order. */
  made: number | null = null;
  withdrawn = false;
  delivered = false;
  /** The acceptance of the offer was committed in the shop. */
  accepted = false;

  private readonly rejects: boolean;

  constructor(rejects: boolean) {
    this.rejects = rejects;
    this.tell({ kind: 'begun', messageId: 'submitted' });
  }

  get status(): OrderStatus {
    return this.moves.at(-1)?.to ?? 'SUBMITTED';
  }

  record(kind: FactKind, offerId?: string): void {
    const fact: Fact = {
      messageId: `m${this.recorded.length}`,
      kind,
      at: '2026-11-21T10:00:00.000Z',
      by: 'x',
      ...(offerId === undefined ? {} : { offerId }),
    };
    this.recorded.push(fact);
    this.network.push(fact);
  }

  tell(message: Message): void {
    const step = advance(this.state, message);
    this.state = step.state;
    for (const effect of step.effects) this.perform(effect);
  }

  private perform(effect: Effect): void {
    switch (effect.kind) {
      case 'move':
        if (effect.seq !== this.moves.length + 1 || effect.from !== this.status || !canMove(effect.from, effect.to)) {
          throw new Error(`unlawful move ${JSON.stringify(effect)} after ${JSON.stringify(this.moves)}`);
        }
        this.moves.push({ seq: effect.seq, from: effect.from, to: effect.to, causedBy: effect.causedBy });
        return;
      case 'refuse':
        this.refused.push({ fact: effect.fact, reason: effect.reason });
        return;
      case 'start':
        if (this.running.some((work) => work.kind === effect.work.kind)) {
          throw new Error(`${effect.work.kind} was started twice`);
        }
        this.running.push(effect.work);
        return;
      case 'stop':
        this.running = this.running.filter((work) => work.kind !== effect.work.kind);
    }
  }

  /** Ends a piece of running work, as the shell would. The MES commits before the workflow hears of it. */
  finish(work: Work, reportLost: boolean): void {
    if (work.kind === 'open-work-order' && !this.withdrawn) this.made ??= 0;
    const shipped = this.made === MES_STEPS.length;
    if (work.kind === 'withdraw-work-order' && !shipped) this.withdrawn = true;
    if (reportLost) return;
    if (work.kind === 'offer-timer' && this.accepted) {
      // The shop answers that the offer was accepted: the state stays, the acceptance is on its way.
      this.running = this.running.filter((other) => other !== work);
      return;
    }
    this.running = this.running.filter((other) => other !== work);
    this.tell(this.outcomeOf(work, shipped));
  }

  private outcomeOf(work: Work, shipped: boolean): Message {
    switch (work.kind) {
      case 'pricing':
        return this.rejects ? { kind: 'model-rejected', reason: 'hole' } : { kind: 'priced', offer: OFFER };
      case 'offer-timer':
        return { kind: 'offer-expired' };
      case 'open-work-order':
        return { kind: 'work-order-opened', workOrderId: 'wo' };
      case 'withdraw-work-order':
        return shipped ? { kind: 'work-order-shipped' } : { kind: 'work-order-withdrawn' };
    }
  }

  continueAsNew(): void {
    this.state = JSON.parse(JSON.stringify(this.state)) as OrderState;
    this.running = [...workOf(this.state)];
  }

  accept(): void {
    if (this.status !== 'PRICED') return;
    this.accepted = true;
    this.record('price-accepted', OFFER.offerId);
  }

  make(): void {
    if (this.made === null || this.withdrawn) return;
    const step = MES_STEPS[this.made];
    if (step === undefined) return;
    this.made += 1;
    this.record(step);
  }

  courier(): void {
    if (this.made !== MES_STEPS.length || this.delivered) return;
    this.delivered = true;
    this.record('delivered');
  }
}

/** Something that happens; `pick` chooses among the candidates of its kind. */
type Happening =
  | { readonly what: 'deliver' | 'repeat' | 'finish' | 'finish, report lost'; readonly pick: number }
  | { readonly what: 'accept' | 'accept another offer' | 'cancel' | 'make' | 'courier' | 'continue as new' | 'expire' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('deliver' as const), pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('repeat' as const), pick: fc.nat(20) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('finish' as const), pick: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('finish, report lost' as const), pick: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('accept' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('accept another offer' as const) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('make' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('courier' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('continue as new' as const) }) },
);
const cancel: fc.Arbitrary<Happening> = fc.record({ what: fc.constant('cancel' as const) });
const expire: fc.Arbitrary<Happening> = fc.record({ what: fc.constant('expire' as const) });

function happen(world: World, event: Happening): void {
  switch (event.what) {
    case 'deliver': {
      const [fact] = world.network.splice(event.pick % Math.max(1, world.network.length), 1);
      if (fact !== undefined) world.tell(fact);
      return;
    }
    case 'repeat': {
      const fact = world.recorded[event.pick % Math.max(1, world.recorded.length)];
      if (fact !== undefined) world.tell(fact);
      return;
    }
    case 'finish':
    case 'finish, report lost': {
      const work = world.running[event.pick % Math.max(1, world.running.length)];
      // The clock moves only when `expire` says so, so that a run without it cannot end by expiry.
      if (work !== undefined && work.kind !== 'offer-timer') world.finish(work, event.what !== 'finish');
      return;
    }
    case 'expire': {
      const timer = world.running.find((work) => work.kind === 'offer-timer');
      if (timer !== undefined) world.finish(timer, false);
      return;
    }
    case 'accept':
      world.accept();
      return;
    case 'accept another offer':
      world.record('price-accepted', 'another');
      return;
    case 'cancel':
      world.record('cancellation-requested');
      return;
    case 'make':
      world.make();
      return;
    case 'courier':
      world.courier();
      return;
    case 'continue as new':
      world.continueAsNew();
      return;
  }
}

/** Everybody does what is still to do, and every message arrives: a world in which nothing is stuck comes to rest. */
function comeToRest(world: World): void {
  for (let round = 0; round < 50; round += 1) {
    while (world.network.length > 0) happen(world, { what: 'deliver', pick: round });
    happen(world, { what: 'finish', pick: 0 });
    if (!world.accepted) world.accept();
    world.make();
    world.courier();
  }
}

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

const RUNS = { numRuns: 2_000 };

test('without cancellation and expiry every order is delivered, and only offers never made are refused', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 120 }), (events) => {
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
    fc.property(
      fc.array(
        fc.oneof(
          { weight: 20, arbitrary: happening },
          { weight: 1, arbitrary: cancel },
          { weight: 1, arbitrary: expire },
        ),
        { maxLength: 120 },
      ),
      fc.boolean(),
      (events, rejects) => {
        const world = new World(rejects);
        for (const event of events) happen(world, event);
        comeToRest(world);
        expectLawful(world);
      },
    ),
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
