import type { OrderStatus, PriceOffer } from '@bezel/contracts';
import fc from 'fast-check';
import type { OrderDelay } from '../contract/activities.ts';
import type { Fact, FactKind } from '../contract/facts.ts';
import { advance } from '../lifecycle/advance.ts';
import type { Effect } from '../lifecycle/effects.ts';
import type { Message } from '../lifecycle/messages.ts';
import { type OrderState, SUBMITTED } from '../lifecycle/state.ts';
import { canMove } from '../lifecycle/table.ts';
import { STAGE_TIMES, type StageTimes, wakeAt } from '../lifecycle/timing.ts';
import { type Work, workOf } from '../lifecycle/work.ts';

// A model of everything around one order: people act, the network delays and repeats, work ends in its own time, the
// workflow continues as new. fast-check chooses what happens next.

export const OFFER: PriceOffer = {
  offerId: 'the-offer',
  total: { amountMinor: '1', currency: 'EUR' },
  parts: [{ kind: 'labour', label: 'labour', amount: { amountMinor: '1', currency: 'EUR' } }],
  massMg: 1,
  boundingBoxUm: [1, 1, 1],
  expiresAt: '2026-12-01T12:00:00.000Z',
};

export const MES_STEPS = ['manufacturing-started', 'manufacturing-completed', 'packed', 'shipped'] as const;

export class World {
  state: OrderState = SUBMITTED;
  readonly moves: { seq: number; from: OrderStatus; to: OrderStatus; causedBy: string | undefined; at: number }[] = [];
  /** What was told of delays, and when. */
  readonly delays: (Omit<OrderDelay, 'orderId'> & { at: number })[] = [];
  /** ms since 1970. */
  now: number = Date.parse('2026-11-21T10:00:00.000Z');
  readonly refused: { fact: Fact; reason: string }[] = [];
  readonly recorded: Fact[] = [];
  /** Facts that will be delivered at least once more. */
  readonly network: Fact[] = [];
  running: Work[] = [];
  /** Attempts to open the work order whose result nobody waits for any more, but which may still commit. */
  forgotten = 0;
  /** The MES's own truth; null while there is no work order. */
  made: number | null = null;
  withdrawn = false;
  delivered = false;
  /** The acceptance of the offer was committed in the shop. */
  accepted = false;

  private readonly rejects: boolean;

  private readonly times: StageTimes | null;

  /** `times`: null for an order that keeps no time. */
  constructor(rejects: boolean, times: StageTimes | null = STAGE_TIMES) {
    this.rejects = rejects;
    this.times = times;
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
    const clock = this.times === null ? null : { now: this.now, times: this.times };
    const step = advance(this.state, message, clock);
    this.state = step.state;
    for (const effect of step.effects) this.perform(effect);
  }

  private perform(effect: Effect): void {
    switch (effect.kind) {
      case 'move':
        if (effect.seq !== this.moves.length + 1 || effect.from !== this.status || !canMove(effect.from, effect.to)) {
          throw new Error(`unlawful move ${JSON.stringify(effect)} after ${JSON.stringify(this.moves)}`);
        }
        this.moves.push({ seq: effect.seq, from: effect.from, to: effect.to, causedBy: effect.causedBy, at: this.now });
        return;
      case 'delay':
        this.delays.push({ ...effect.delay, at: this.now });
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
        this.forget((work) => work.kind === effect.work.kind);
    }
  }

  private forget(which: (work: Work) => boolean): void {
    this.forgotten += this.running.filter((work) => which(work) && work.kind === 'open-work-order').length;
    this.running = this.running.filter((work) => !which(work));
  }

  /** The MES opens a work order unless it knows the order already, withdrawn or not. */
  private open(): void {
    this.made ??= 0;
  }

  finishForgotten(): void {
    if (this.forgotten === 0) return;
    this.forgotten -= 1;
    this.open();
  }

  /** Ends a piece of running work, as the shell would. The MES commits before the workflow hears of it. */
  finish(work: Work, reportLost: boolean): void {
    if (work.kind === 'open-work-order') this.open();
    const shipped = this.made === MES_STEPS.length;
    if (work.kind === 'withdraw-work-order' && this.made !== null && !shipped) this.withdrawn = true;
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

  /** Time passes and the alarm rings whenever it was asked to; `late`: the workers are away, and it rings at the end. */
  pass(ms: number, late = false): void {
    const until = this.now + ms;
    for (let rung = 0; ; rung += 1) {
      if (rung > 2) throw new Error(`the alarm rings without end in ${JSON.stringify(this.state)}`);
      const wake = this.times === null ? null : wakeAt(this.state, this.times);
      if (wake === null || wake > until) break;
      this.now = late ? until : Math.max(this.now, wake);
      this.tell({ kind: 'time-passed' });
    }
    this.now = until;
  }

  continueAsNew(): void {
    this.state = JSON.parse(JSON.stringify(this.state)) as OrderState;
    this.forget(() => true);
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
  | { readonly what: 'time passes' | 'time passes unheard'; readonly hours: number }
  | {
      readonly what:
        | 'accept'
        | 'accept another offer'
        | 'cancel'
        | 'make'
        | 'courier'
        | 'continue as new'
        | 'expire'
        | 'finish forgotten';
    };

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
  { weight: 1, arbitrary: fc.record({ what: fc.constant('finish forgotten' as const) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('time passes' as const), hours: fc.nat(72) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('time passes unheard' as const), hours: fc.nat(72) }) },
);
const HOUR = 60 * 60 * 1_000;
const MOST = 150;
export const happenings = fc.array(happening, { maxLength: MOST, size: 'max' });

/** Puts cancellations and ends of the offer's time among what happens anyway: few, so that many orders get far. */
export const withCancellationAndExpiry: fc.Arbitrary<readonly Happening[]> = fc
  .tuple(happenings, fc.array(fc.nat(MOST), { maxLength: 3 }), fc.array(fc.nat(MOST), { maxLength: 1 }))
  .map(([events, cancelAt, expireAt]) => {
    const all = [...events];
    for (const place of cancelAt) all.splice(place, 0, { what: 'cancel' });
    for (const place of expireAt) all.splice(place, 0, { what: 'expire' });
    return all;
  });

export function happen(world: World, event: Happening): void {
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
    case 'time passes':
    case 'time passes unheard':
      world.pass(event.hours * HOUR, event.what === 'time passes unheard');
      return;
    case 'finish forgotten':
      world.finishForgotten();
      return;
    case 'continue as new':
      world.continueAsNew();
      return;
  }
}

/** Everybody does what is still to do, and every message arrives: a world in which nothing is stuck comes to rest. */
export function comeToRest(world: World): void {
  for (let round = 0; round < 50; round += 1) {
    while (world.network.length > 0) happen(world, { what: 'deliver', pick: round });
    happen(world, { what: 'finish', pick: 0 });
    world.finishForgotten();
    if (!world.accepted) world.accept();
    world.make();
    world.courier();
  }
}
