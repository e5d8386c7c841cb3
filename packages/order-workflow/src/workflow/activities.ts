import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  log,
  proxyActivities,
  type RetryPolicy,
  sleep,
} from '@temporalio/workflow';
import {
  type MesActivities,
  MODEL_REJECTED,
  OFFER_ACCEPTED,
  type PricingActivities,
  type ShopActivities,
  WORK_ORDER_SHIPPED,
} from '../contract/activities.ts';
import type { TaskQueues } from '../contract/names.ts';

type OutcomeType = typeof MODEL_REJECTED | typeof OFFER_ACCEPTED | typeof WORK_ORDER_SHIPPED;

const RETRY: RetryPolicy = {
  initialInterval: '200ms',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  nonRetryableErrorTypes: [MODEL_REJECTED, OFFER_ACCEPTED, WORK_ORDER_SHIPPED],
};

/**
 * Activities as the workflow calls them: each attempt has a limit, the number of attempts has none.
 *
 * None is a local activity. What the workflow decided stands in its history before an ordinary activity begins. A local one
 * begins before, and when its task is not completed (a signal came meanwhile, the worker died) the workflow decides anew,
 * with the signal, perhaps otherwise, while the database has the first decision. See docs/adr/0010-no-local-activities.md.
 */
export function activitiesOn(taskQueues: TaskQueues) {
  return {
    shop: proxyActivities<ShopActivities>({ taskQueue: taskQueues.orders, startToCloseTimeout: '10s', retry: RETRY }),
    mes: proxyActivities<MesActivities>({ taskQueue: taskQueues.mes, startToCloseTimeout: '10s', retry: RETRY }),
    /** Minutes of CPU at worst. A worker that dies is noticed by its missing heartbeat. */
    analysis: proxyActivities<Pick<PricingActivities, 'analyseModel'>>({
      taskQueue: taskQueues.pricing,
      startToCloseTimeout: '15m',
      heartbeatTimeout: '30s',
      retry: RETRY,
    }),
    pricing: proxyActivities<Omit<PricingActivities, 'analyseModel'>>({
      taskQueue: taskQueues.pricing,
      startToCloseTimeout: '30s',
      retry: RETRY,
    }),
  };
}

/** The failure of an activity that tells an outcome of the order, if that is what `error` is. */
export function outcomeIn(error: unknown, type: OutcomeType): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === type ? cause : undefined;
}

/**
 * How long the workflow waits when an activity gave up that never should, in ms: longer each time, because every try is
 * a dozen events of a history that may not grow without end.
 */
const GAVE_UP_WAIT = { first: 60_000, longest: 3_600_000 };

/**
 * Awaits an activity without end. Only success, the expected outcomes and the cancellation of the scope get through. An
 * activity that ended with anything else (a mistake in its code, a cancellation by hand) is tried again later, so that
 * no order is lost by it.
 */
export async function untilDone<T>(attempt: () => Promise<T>, ...expected: readonly OutcomeType[]): Promise<T> {
  for (let wait = GAVE_UP_WAIT.first; ; wait = Math.min(2 * wait, GAVE_UP_WAIT.longest)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ActivityFailure) || CancellationScope.current().consideredCancelled) throw error;
      if (expected.some((type) => outcomeIn(error, type) !== undefined)) throw error;
      log.error('an activity gave up; trying again later', { activityType: error.activityType, error });
      await sleep(wait);
    }
  }
}
