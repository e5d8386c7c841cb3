import type { OrderName } from '../../sources/views/order-details.ts';
import type { OptionSpec } from './parse.ts';
import { UsageError } from './usage-error.ts';

export const ORDER_OPTION: OptionSpec = {
  name: 'order',
  value: 'id|number',
  help: 'one order, by its id or its number (B-2026-000123)',
};

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws UsageError when it is neither an id nor a number */
export function orderName(text: string): OrderName {
  const id = text.toLowerCase();
  if (ID.test(id)) return { id };
  if (/^B-\d{4}-\d{1,12}$/i.test(text)) return { number: text.toUpperCase() };
  throw new UsageError(`"${text}" is neither an order's id (a UUID) nor its number (like B-2026-000123)`);
}
