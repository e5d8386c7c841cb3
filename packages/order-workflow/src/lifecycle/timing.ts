import type { OrderStatus } from '@bezel/contracts';
import type { OrderDelay } from '../contract/activities.ts';
import type { Effect, Move, Step } from './effects.ts';
import type { StageTime } from './stage.ts';
import { LIFECYCLE } from './stages.ts';
import type { OrderState, Timing } from './state.ts';
import { isFinal, STATUSES } from './table.ts';

/** What the stages of one order may take and usually do. A status that is missing has no SLA. */
export type StageTimes = Readonly<Partial<Record<OrderStatus, StageTime>>>;

/** The times of the stage contract. */
export const STAGE_TIMES: StageTimes = Object.fromEntries(
  STATUSES.flatMap((status) => {
    const { sla } = LIFECYCLE[status];
    return sla === null ? [] : [[status, { withinMs: sla.withinMs, typicalMs: sla.typicalMs }]];
  }),
);

/** The time as an order sees it; all instants in ms since 1970. */
export interface Clock {
  readonly now: number;
  readonly times: StageTimes;
}

/**
 * Adds to a step what it means in time. Moves get the deadline of the stage they enter. An SLA that has passed is told
 * once a stage; that it will pass, once a stage and only before; that the promise will not be kept, once an order.
 * An order that is being cancelled is not told to be late: nobody waits for its next stage.
 *
 * The prediction knows two things: what stages usually take, and that one which has overrun that by some time is likely to
 * overrun by as much again.
 */
export function keepTime({ state, effects }: Step, clock: Clock): Step {
  let { timing } = state;
  const timed: Effect[] = effects.map((effect) => {
    if (effect.kind !== 'move') return effect;
    timing = entered(effect.to, timing, clock);
    return withTimes(effect, timing);
  });
  const current = { ...state, timing };
  const due = delayAt(current, clock);
  if (due === null) return { state: current, effects: timed };
  return { state: { ...state, timing: due.timing }, effects: [...timed, { kind: 'delay', delay: due.delay }] };
}

/** The next moment at which `keepTime` has something to tell if nothing happens before; null when there is none. */
export function wakeAt(state: OrderState, times: StageTimes): number | null {
  const { timing } = state;
  if (timing === null || timing.deadline === null || timing.late || isStill(state)) return null;
  return timing.predicted ? timing.deadline : Math.min(timing.deadline, doubtOf(state.status, timing, times).at);
}

const isStill = (state: OrderState): boolean => isFinal(state.status) || state.cancelling !== null;

function entered(status: OrderStatus, before: Timing | null, { now, times }: Clock): Timing {
  const time = times[status];
  const promisedAt = status === 'APPROVED' ? now + sumOf('withinMs', status, times) : (before?.promisedAt ?? null);
  return {
    enteredAt: now,
    deadline: time === undefined ? null : now + time.withinMs,
    late: false,
    predicted: false,
    promisedAt,
    promiseDoubted: before?.promiseDoubted ?? false,
  };
}

const withTimes = (move: Move, { deadline, promisedAt }: Timing): Move => ({
  ...move,
  ...(deadline === null ? {} : { deadline: instant(deadline) }),
  ...(move.to === 'APPROVED' && promisedAt !== null ? { promisedAt: instant(promisedAt) } : {}),
});

interface Due {
  readonly delay: Omit<OrderDelay, 'orderId'>;
  readonly timing: Timing;
}

function delayAt(state: OrderState, { now, times }: Clock): Due | null {
  const { status, timing } = state;
  const sla = LIFECYCLE[status].sla;
  if (timing === null || timing.deadline === null || timing.late || sla === null || isStill(state)) return null;
  const { seq } = state;
  const expectedAt = timing.promisedAt === null ? null : instant(expected(status, timing.enteredAt, now, times));
  const news = { seq, status, expectedAt, tells: sla.tells };
  if (now >= timing.deadline) {
    return {
      delay: { ...news, kind: 'late', deadline: instant(timing.deadline) },
      timing: { ...timing, late: true, predicted: true },
    };
  }
  const doubt = doubtOf(status, timing, times);
  if (timing.predicted || now < doubt.at) return null;
  return {
    delay: { ...news, kind: 'predicted', deadline: instant(doubt.ofPromise ? doubt.promisedAt : timing.deadline) },
    timing: { ...timing, predicted: true, promiseDoubted: timing.promiseDoubted || doubt.ofPromise },
  };
}

type Doubt = { readonly at: number } & (
  | { readonly ofPromise: false }
  | { readonly ofPromise: true; readonly promisedAt: number }
);

/** When the stage begins to look as if its SLA, or the order as if the promise, would be missed: whichever is sooner. */
function doubtOf(status: OrderStatus, timing: Timing, times: StageTimes): Doubt {
  const { enteredAt, deadline, promisedAt, promiseDoubted } = timing;
  const { typicalMs } = times[status] ?? { typicalMs: 0 };
  const ofStage: Doubt = {
    ofPromise: false,
    at: looksLate(enteredAt, typicalMs, deadline ?? Number.POSITIVE_INFINITY),
  };
  if (promisedAt === null || promiseDoubted) return ofStage;
  const endsBy = promisedAt - (sumOf('typicalMs', status, times) - typicalMs);
  const at = looksLate(enteredAt, typicalMs, endsBy);
  return at < ofStage.at ? { ofPromise: true, at, promisedAt } : ofStage;
}

/** The moment from which `endsAt` of a stage is past `limit`: half of what the limit leaves beyond the usual is used up. */
const looksLate = (enteredAt: number, typicalMs: number, limit: number): number => {
  const spare = limit - enteredAt - typicalMs;
  return spare < 0 ? enteredAt : enteredAt + typicalMs + spare / 2;
};

/** When the order will be delivered: the end of this stage, as it looks now, and then what the others usually take. */
function expected(status: OrderStatus, enteredAt: number, now: number, times: StageTimes): number {
  const { typicalMs } = times[status] ?? { typicalMs: 0 };
  const overrun = Math.max(0, now - enteredAt - typicalMs);
  const ends = enteredAt + typicalMs + 2 * overrun;
  return ends + sumOf('typicalMs', status, times) - typicalMs;
}

/** A sum over a stage and all that follow it on the way to DELIVERED. */
function sumOf(what: keyof StageTime, status: OrderStatus, times: StageTimes): number {
  const next = Object.values(LIFECYCLE[status].endedBy).find((to) => to === 'DELIVERED' || !isFinal(to));
  return (times[status]?.[what] ?? 0) + (next === undefined ? 0 : sumOf(what, next, times));
}

const instant = (at: number): string => new Date(at).toISOString();
