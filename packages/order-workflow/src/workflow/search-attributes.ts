import { upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../contract/search-attributes.ts';
import type { OrderState } from '../lifecycle/index.ts';

/** Shows in Temporal's visibility what changed of an order; one event of its history, however much that is. */
export function showChange(before: OrderState, { status, timing }: OrderState): void {
  const deadline = timing?.deadline ?? null;
  const late = timing?.late ?? false;
  const pairs = [
    ...(status === before.status ? [] : [{ key: SEARCH_ATTRIBUTES.status, value: status }]),
    ...(late === (before.timing?.late ?? false) ? [] : [{ key: SEARCH_ATTRIBUTES.late, value: late }]),
    ...(deadline === (before.timing?.deadline ?? null)
      ? []
      : [{ key: SEARCH_ATTRIBUTES.deadline, value: deadline === null ? null : new Date(deadline) }]),
  ];
  if (pairs.length > 0) upsertSearchAttributes(pairs);
}
