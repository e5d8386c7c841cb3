import type { MesActivities } from '@bezel/order-workflow';
import { proxyActivities } from '@temporalio/workflow';

/** Withdraws a work order as the order workflow does, but for the wait between two tries. */
export const withdrawOnce = (taskQueue: string, input: Parameters<MesActivities['withdrawWorkOrder']>[0]) =>
  proxyActivities<MesActivities>({
    taskQueue,
    startToCloseTimeout: '10s',
    retry: { initialInterval: '50ms', backoffCoefficient: 1 },
  }).withdrawWorkOrder(input);
