import type { CallerIdentity, RoleName } from '@bezel/service';
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';

/** One of the shop's two doors: who may come in, and what an order that came through it is marked with. */
export interface Door {
  readonly channel: 'shop' | 'partner';
  readonly roles: readonly RoleName[];
  /** Who may look at an order and its history. */
  readonly readers: readonly RoleName[];
}

/** Customers order for themselves and see what is theirs. Administrators see every order, and so do operators, who only look. */
export const CUSTOMERS_DOOR: Door = {
  channel: 'shop',
  roles: ['customer', 'admin'],
  readers: ['customer', 'admin', 'operator'],
};

/** A partner's staff see every order the partner placed. */
export const PARTNERS_DOOR: Door = { channel: 'partner', roles: ['partner-admin'], readers: ['partner-admin'] };

const STAFF: readonly RoleName[] = ['admin', 'operator'];

/** Whether the caller operates the system: sees every order through the customers' door, and its workflow. */
export const isStaff = (caller: CallerIdentity, door: Door): boolean =>
  door.channel === 'shop' && STAFF.some((role) => caller.roles.includes(role));

/**
 * A condition for Kysely's `where`: the order is one this caller may see through this door. For all others it does not
 * exist. Pages are served by the indexes `orders_of_customer` and `orders_of_channel`.
 */
export function visibleTo(caller: CallerIdentity, door: Door) {
  return (eb: ExpressionBuilder<ShopDatabase, 'orders'>): ExpressionWrapper<ShopDatabase, 'orders', SqlBool> => {
    const ofTenant = eb('orders.tenant', '=', caller.tenant);
    if (door.channel === 'partner') return eb.and([ofTenant, eb('orders.channel', '=', 'partner')]);
    return caller.roles.includes('admin') ? eb.and([]) : eb.and([ofTenant, eb('orders.customer_id', '=', caller.sub)]);
  };
}
