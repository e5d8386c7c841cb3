/**
 * Settings of any Temporal server that are not its defaults. An activity goes to the worker in the answer to the task that
 * scheduled it, when it is for the same task queue: a round trip less for each move of an order.
 */
export const DYNAMIC_SETTINGS = { 'system.enableActivityEagerExecution': true } as const;
