import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  log,
  proxyActivities,
  proxyLocalActivities,
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
import type { OrderStart } from '../contract/start.ts';

type OutcomeType = typeof MODEL_REJECTED | typeof OFFER_ACCEPTED | typeof WORK_ORDER_SHIPPED;

const RETRY: RetryPolicy = {
  initialInterval: '200ms',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  nonRetryableErrorTypes: [MODEL_REJECTED, OFFER_ACCEPTED, WORK_ORDER_SHIPPED],
};

/** Activities as the workflow calls them: each attempt has a limit, the number of attempts has none. */
export function activitiesOn({ taskQueues, version = 1 }: Pick<OrderStart, 'taskQueues' | 'version'>) {
  const shop = proxyActivities<ShopActivities>({
    taskQueue: taskQueues.orders,
    startToCloseTimeout: '10s',
    retry: RETRY,
  });
  return {
    shop: version === 1 ? shop : localFirst(shop),
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

/**
 * The shop's activities run where its workflows run. As local activities they cost the server a marker each instead of
 * three events and a task, and the order one round trip less. They must end within a workflow task, so one that takes
 * longer or fails goes the ordinary way, which waits for as long as it takes and shows the retries to operators. The
 * database knows each by its identity, so an attempt that was given up and still commits has no second effect.
 */
function localFirst(shop: ShopActivities): ShopActivities {
  const local = proxyLocalActivities<ShopActivities>({
    scheduleToCloseTimeout: '3s',
    retry: { ...RETRY, maximumAttempts: 2 },
  });
  const either = async (quick: () => Promise<void>, durable: () => Promise<void>): Promise<void> => {
    try {
      await quick();
    } catch (error) {
      if (outcomeIn(error, OFFER_ACCEPTED) !== undefined || !(error instanceof ActivityFailure)) throw error;
      await durable();
    }
  };
  return {
    moveOrder: (move) =>
      either(
        () => local.moveOrder(move),
        () => shop.moveOrder(move),
      ),
    recordRefusedFact: (refusal) =>
      either(
        () => local.recordRefusedFact(refusal),
        () => shop.recordRefusedFact(refusal),
      ),
    recordDelay: (delay) =>
      either(
        () => local.recordDelay(delay),
        () => shop.recordDelay(delay),
      ),
  };
}

/** The failure of an activity that tells an outcome of the order, if that is what `error` is. */
export function outcomeIn(error: unknown, type: OutcomeType): ApplicationFailure | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === type ? cause : undefined;
}

/** How long the workflow waits when an activity gave up that never should. */
const GAVE_UP_WAIT = '1m';

/**
 * Awaits an activity without end. Only success, the expected outcomes and the cancellation of the scope get through. An
 * activity that ended with anything else (a mistake in its code, a cancellation by hand) is tried again later, so that
 * no order is lost by it.
 */
export async function untilDone<T>(attempt: () => Promise<T>, ...expected: readonly OutcomeType[]): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ActivityFailure) || CancellationScope.current().consideredCancelled) throw error;
      if (expected.some((type) => outcomeIn(error, type) !== undefined)) throw error;
      log.error('an activity gave up; trying again later', { activityType: error.activityType, error });
      await sleep(GAVE_UP_WAIT);
    }
  }
}
