import type { OrderStatus } from '@bezel/contracts';
import {
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { OFFER_ACCEPTED } from '../contract/activities.ts';
import type { Fact } from '../contract/facts.ts';
import { FACT_SIGNAL, STATE_QUERY } from '../contract/names.ts';
import { ORDER_VERSION, type OrderStart } from '../contract/start.ts';
import {
  advance,
  type Clock,
  type Effect,
  isFinal,
  type Message,
  type OrderState,
  SUBMITTED,
  wakeAt,
  workOf,
} from '../lifecycle/index.ts';
import type { TraceContext } from '../trace/header.ts';
import { currentTrace, inTrace } from '../trace/workflow-trace.ts';
import { activitiesOn, outcomeIn, untilDone } from './activities.ts';
import { createAlarm } from './alarm.ts';
import { runWork } from './run-work.ts';
import { showChange } from './search-attributes.ts';

/**
 * One order from its submission to its end: feeds `advance` with facts and outcomes and does what it says. Decides
 * nothing itself. It answers the final status and ends with it; facts still in the inbox then are refused first.
 *
 * A change to this file or to `lifecycle/` must replay the histories of orders that are under way. When it would
 * schedule other activities or timers for the same messages, it gets a new {@link OrderVersion}, and orders of the version
 * before keep the old way; the rule and the exception for mistakes are in docs/adr/0008-versions-of-a-running-order.md.
 *
 * @param carried the state at the end of the run before, when this run continues it
 */
export function orderWorkflow(start: OrderStart, carried: OrderState | null = null): Promise<OrderStatus> {
  // A request to Temporal to cancel the workflow is not a fact about the order: it must not end it half-way.
  return CancellationScope.nonCancellable(() => live(start, carried));
}

interface Delivery {
  readonly message: Message;
  readonly trace: TraceContext | undefined;
}

async function live(start: OrderStart, carried: OrderState | null): Promise<OrderStatus> {
  const { version = 1, times = null } = start;
  // Fails the task, not the workflow: it is handed out again until a worker takes it that knows the version.
  if (version > ORDER_VERSION)
    throw new Error(`this worker runs orders up to version ${ORDER_VERSION}, not ${version}`);
  const { orderId } = start.order;
  const activities = activitiesOn(start.taskQueues);
  const inbox: Delivery[] = [];
  let state: OrderState = { ...SUBMITTED, ...carried };

  const deliver = (message: Message): void => {
    inbox.push({ message, trace: currentTrace() });
  };
  const work = runWork(start, activities, deliver);
  const alarm = createAlarm(() => deliver({ kind: 'time-passed' }));
  setHandler(defineSignal<[Fact]>(FACT_SIGNAL), deliver);
  setHandler(defineQuery<OrderState>(STATE_QUERY), () => state);

  if (carried === null) deliver({ kind: 'begun', messageId: start.startedBy });
  else for (const each of workOf(carried)) work.start(each);
  if (times !== null) alarm.set(wakeAt(state, times));

  for (;;) {
    const next = inbox.shift();
    if (next !== undefined) {
      await inTrace(next.trace, () => handle(next.message));
    } else if (isFinal(state.status)) {
      return state.status;
    } else if (isHistoryLong(start)) {
      await continueAsNew<typeof orderWorkflow>(start, state);
    } else {
      // Work that is tried again and again makes a history long without any message.
      await condition(() => inbox.length > 0 || (version > 1 && isHistoryLong(start)));
    }
  }

  /** The new state counts only when its moves are committed. Until then no other message is looked at. */
  async function handle(message: Message): Promise<void> {
    const clock: Clock | null = times === null ? null : { now: Date.now(), times };
    const step = advance(state, message, clock);
    try {
      for (const effect of step.effects) await perform(effect);
    } catch (error) {
      // The shop does not let the offer end, its acceptance is on the way: everything stays as it was.
      if (message.kind === 'offer-expired' && outcomeIn(error, OFFER_ACCEPTED) !== undefined) return;
      throw error;
    }
    const before = state;
    state = step.state;
    if (version === 1) return;
    showChange(before, state);
    if (times !== null) alarm.set(wakeAt(state, times));
  }

  async function perform(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'move': {
        const { kind, ...move } = effect;
        return untilDone(() => activities.shop.moveOrder({ orderId, ...move }), OFFER_ACCEPTED);
      }
      case 'refuse': {
        const { fact, status, reason } = effect;
        const { messageId, kind, at } = fact;
        return untilDone(() => activities.shop.recordRefusedFact({ orderId, messageId, kind, status, reason, at }));
      }
      case 'delay':
        return untilDone(() => activities.shop.recordDelay({ orderId, ...effect.delay }));
      case 'start':
        return work.start(effect.work);
      case 'stop':
        return work.stop(effect.work);
    }
  }
}

function isHistoryLong({ historyLimit }: OrderStart): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || (historyLimit !== undefined && historyLength >= historyLimit);
}
