import { ORDER_STATUSES, type OrderStatus } from '@bezel/contracts';
import { env, pageQuery } from '@bezel/service';
import { z } from 'zod';

/** Which orders an operator asks for; what is left out does not matter. */
export interface OrderFilter {
  readonly status?: OrderStatus | undefined;
  readonly late?: boolean | undefined;
  readonly tenant?: string | undefined;
  /** Only orders whose id is lower: that were submitted before a moment (`lowestIdAt`). */
  readonly beforeId?: string | undefined;
}

/** A length of time that leads to no moment before 1970. */
const LONGEST_MS = 20 * 365 * 86_400_000;

/** The query of the operators' list. */
export const OperationsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(ORDER_STATUSES).optional(),
  late: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  // Neither side holds control characters, and no quoting of Temporal's language finds a double quote or a backslash.
  tenant: z
    .string()
    .regex(/^[^\p{Cc}"\\]{1,200}$/u, 'expected 1 to 200 characters, none of them " or \\')
    .optional(),
  /** Submitted longer ago than this, as an ISO 8601 duration such as PT48H. */
  olderThan: env.duration.pipe(z.number().max(LONGEST_MS)).optional(),
  source: z.enum(['database', 'temporal']).default('database'),
});
export type OperationsQuery = z.output<typeof OperationsQuery>;
