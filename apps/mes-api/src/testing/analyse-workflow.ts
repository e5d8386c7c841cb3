import type { PricingActivities } from '@bezel/order-workflow';
import { proxyActivities } from '@temporalio/workflow';

type Analyse = PricingActivities['analyseModel'];

/** Runs one analysis as the order workflow does, and answers what it answers; a cancellation is handed on to it. */
export function analyseOnce(taskQueue: string, input: Parameters<Analyse>[0]): ReturnType<Analyse> {
  const { analyseModel } = proxyActivities<Pick<PricingActivities, 'analyseModel'>>({
    taskQueue,
    startToCloseTimeout: '2m',
    heartbeatTimeout: '30s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { initialInterval: '50ms', backoffCoefficient: 1 },
  });
  return analyseModel(input);
}
