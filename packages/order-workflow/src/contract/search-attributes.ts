import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * What can be asked of all orders at once in Temporal's visibility. The namespace must know these names and types before
 * an order of version 2 is started; values are not encrypted.
 */
export const SEARCH_ATTRIBUTES = {
  /** The order's status. */
  status: defineSearchAttributeKey('BezelStatus', 'KEYWORD'),
  /** The tenant: `public` for the shop's own customers, else the partner. */
  tenant: defineSearchAttributeKey('BezelTenant', 'KEYWORD'),
  /** Whether the stage the order is in has passed its SLA. */
  late: defineSearchAttributeKey('BezelLate', 'BOOL'),
  /** When the stage the order is in passes its SLA; absent where there is none. */
  deadline: defineSearchAttributeKey('BezelDeadline', 'DATETIME'),
} as const;
