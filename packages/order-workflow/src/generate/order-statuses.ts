import type { Lifecycle } from '../lifecycle/index.ts';
import { GENERATED_BY } from './generated-by.ts';

/**
 * `packages/contracts/src/order-statuses.ts`: the statuses that events and APIs know. The contracts are below the workflow
 * and cannot import its stage contract, so its statuses are written into them.
 */
export const renderOrderStatuses = (lifecycle: Lifecycle): string =>
  [
    `// ${GENERATED_BY}`,
    '',
    '/** Everything an order can be, in the order of its life; how it moves from one to another is the transition table’s. */',
    'export const ORDER_STATUSES = [',
    ...Object.keys(lifecycle).map((status) => `  '${status}',`),
    '] as const;',
    '',
    'export type OrderStatus = (typeof ORDER_STATUSES)[number];',
    '',
  ].join('\n');
