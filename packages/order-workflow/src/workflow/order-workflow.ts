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
import type { OrderStart } from '../contract/start.ts';
import { advance, type Effect, isFinal, type Message, type OrderState, SUBMITTED, workOf } from '../lifecycle/index.ts';
import type { TraceContext } from '../trace/header.ts';
import { currentTrace, inTrace } from '../trace/workflow-trace.ts';
import { activitiesOn, outcomeIn, untilDone } from './activities.ts';
import { runWork } from './run-work.ts';

/**
 * One order from its submission to its end: feeds `advance` with facts and outcomes and does what it says. Decides
 * nothing itself. It answers the final status and ends with it; facts still in the inbox then are refused first.
 *
 * A change to this file or to `lifecycle/` must replay the histories of orders that are under way. When it would
 * schedule other activities or timers for the same messages, keep the old way for them behind `patched('<name>')` of
 * `@temporalio/workflow`, add a recorded history of the old way, and remove the patch once no such order is open.
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
  const { orderId } = start.order;
  const activities = activitiesOn(start.taskQueues);
  const inbox: Delivery[] = [];
  let state = carried ?? SUBMITTED;

  const deliver = (message: Message): void => {
    inbox.push({ message, trace: currentTrace() });
  };
  const work = runWork(start, activities, deliver);
  setHandler(defineSignal<[Fact]>(FACT_SIGNAL), deliver);
  setHandler(defineQuery<OrderState>(STATE_QUERY), () => state);

  if (carried === null) deliver({ kind: 'begun', messageId: start.startedBy });
  else for (const each of workOf(carried)) work.start(each);

  for (;;) {
    const next = inbox.shift();
    if (next !== undefined) {
      await inTrace(next.trace, () => handle(next.message));
    } else if (isFinal(state.status)) {
      return state.status;
    } else if (isHistoryLong(start)) {
      await continueAsNew<typeof orderWorkflow>(start, state);
    } else {
      await condition(() => inbox.length > 0);
    }
  }

  /** The new state counts only when its moves are committed. Until then no other message is looked at. */
  async function handle(message: Message): Promise<void> {
    const step = advance(state, message);
    try {
      for (const effect of step.effects) await perform(effect);
    } catch (error) {
      // The shop does not let the offer end, its acceptance is on the way: everything stays as it was.
      if (outcomeIn(error, OFFER_ACCEPTED) !== undefined) return;
      throw error;
    }
    state = step.state;
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
