import type { PricingActivities } from '@bezel/order-workflow';
import { proxyActivities } from '@temporalio/workflow';

type Input<Name extends keyof PricingActivities> = Parameters<PricingActivities[Name]>[0];

const activitiesOn = (taskQueue: string) =>
  proxyActivities<PricingActivities>({
    taskQueue,
    startToCloseTimeout: '2m',
    heartbeatTimeout: '30s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { initialInterval: '50ms', backoffCoefficient: 1 },
  });

/** Runs one analysis as the order workflow does, and answers what it answers; a cancellation is handed on to it. */
export const analyseOnce = (taskQueue: string, input: Input<'analyseModel'>) =>
  activitiesOn(taskQueue).analyseModel(input);

/** Prices metal as the order workflow does. */
export const priceMetalOnce = (taskQueue: string, input: Input<'priceMetal'>) =>
  activitiesOn(taskQueue).priceMetal(input);
