import type { OrderStatus } from '@bezel/contracts';
import type { StageLimits } from '../audit/limits.ts';

/** Limits by which orders may be in some statuses for ever, and in no other. */
export const patientIn = (...statuses: readonly OrderStatus[]): StageLimits => ({
  patienceMs: Object.fromEntries(statuses.map((status) => [status, Number.MAX_VALUE])),
  ...{ timesTheSla: 0, offerEndMs: 0 },
});
