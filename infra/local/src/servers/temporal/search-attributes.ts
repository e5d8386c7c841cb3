import { setTimeout as delay } from 'node:timers/promises';
import { connectToTemporal } from './connect-to-temporal.ts';

/** Temporal's types of search attributes that the orders use, with the numbers its API knows them by. */
const TYPES = { KEYWORD: 2, BOOL: 5, DATETIME: 6 } as const;

/**
 * What the orders' workflows are found by in Temporal. A workflow that sets an attribute the namespace does not know is
 * refused, so they are registered before any worker starts. packages/order-workflow, which sets them, compares its list
 * with this one.
 */
export const ORDER_SEARCH_ATTRIBUTES = {
  BezelStatus: 'KEYWORD',
  BezelTenant: 'KEYWORD',
  BezelLate: 'BOOL',
  BezelDeadline: 'DATETIME',
} as const satisfies Readonly<Record<string, keyof typeof TYPES>>;

/** The namespace knows a search attribute by another type; Temporal cannot change it. */
export class SearchAttributeTypeError extends Error {
  readonly code = 'SEARCH_ATTRIBUTE_TYPE';

  constructor(namespace: string, name: string, wanted: string) {
    super(`search attribute ${name} of namespace ${namespace} is not of type ${wanted}: rename it there first`);
    this.name = 'SearchAttributeTypeError';
  }
}

const CONNECTED_WITHIN_MS = 5_000;
const USABLE_WITHIN_MS = 30_000;

/**
 * Registers what is missing of {@link ORDER_SEARCH_ATTRIBUTES}, on any Temporal server, and settles once they can be
 * used: services of a full server look at their namespaces every few seconds. Safe to repeat.
 */
export async function provideSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = await connectToTemporal(address, CONNECTED_WITHIN_MS);
  try {
    const { customAttributes: known } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing: Record<string, number> = {};
    for (const [name, type] of Object.entries(ORDER_SEARCH_ATTRIBUTES)) {
      const found = known[name];
      if (found === undefined) {
        missing[name] = TYPES[type];
      } else if (found !== TYPES[type]) {
        throw new SearchAttributeTypeError(namespace, name, type);
      }
    }
    if (Object.keys(missing).length > 0) {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
    }
    const query = Object.keys(ORDER_SEARCH_ATTRIBUTES)
      .map((name) => `${name} IS NULL`)
      .join(' AND ');
    const deadline = performance.now() + USABLE_WITHIN_MS;
    for (;;) {
      try {
        await connection.workflowService.countWorkflowExecutions({ namespace, query });
        return;
      } catch (error) {
        if (performance.now() > deadline) {
          throw error;
        }
        await delay(100);
      }
    }
  } finally {
    await connection.close();
  }
}
