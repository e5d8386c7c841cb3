import { SEARCH_ATTRIBUTES, WORKFLOW_TYPE, workflowIdOf } from '@bezel/order-workflow';
import type { OrderFilter } from './order-filter.ts';

/**
 * The filter in the language of Temporal's visibility. A workflow that went on as a new run is there once for each run:
 * only the newest counts. An order from before there were search attributes has no status there and is left out. How old
 * an order is stands in its workflow's id, as in the database: `StartTime` is later than the submission, by as long as
 * Kafka, the consumer or Temporal were away.
 */
export function visibilityQuery({ status, late, tenant, beforeId }: OrderFilter): string {
  const { status: statusKey, tenant: tenantKey, late: lateKey } = SEARCH_ATTRIBUTES;
  return [
    `WorkflowType = ${quoted(WORKFLOW_TYPE)}`,
    `ExecutionStatus != 'ContinuedAsNew'`,
    status === undefined ? `${statusKey.name} IS NOT NULL` : `${statusKey.name} = ${quoted(status)}`,
    ...(tenant === undefined ? [] : [`${tenantKey.name} = ${quoted(tenant)}`]),
    ...(late === undefined ? [] : [`${lateKey.name} = ${late}`]),
    ...(beforeId === undefined ? [] : [`WorkflowId < ${quoted(workflowIdOf(beforeId))}`]),
  ].join(' AND ');
}

/** A text in that language. No quoting finds one with a double quote or a backslash, and the latter ends the quotes. */
function quoted(text: string): string {
  if (/["\\]/.test(text)) throw new Error(`Temporal's visibility cannot be asked about ${JSON.stringify(text)}`);
  return `'${text.replaceAll("'", "''")}'`;
}
