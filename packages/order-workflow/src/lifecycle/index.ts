export { advance } from './advance.ts';
export type { Effect, Move, Refusal, Step } from './effects.ts';
export { isFact, type Message, type MessageKind, type Outcome } from './messages.ts';
export { type OrderState, SEEN_LIMIT, SUBMITTED, type WorkOrderPhase } from './state.ts';
export {
  canMove,
  type Fit,
  fitOf,
  isFinal,
  LIFECYCLE,
  STATUSES,
  type Stage,
  type StageOwner,
  type StageSla,
  type StageTime,
  TRANSITIONS,
  type Transition,
} from './table.ts';
export { type Clock, STAGE_TIMES, type StageTimes, type Timing, wakeAt } from './timing.ts';
export { type Work, workOf } from './work.ts';
