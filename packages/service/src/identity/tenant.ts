import type { ExpressionBuilder, ExpressionWrapper, SqlBool, StringReference } from 'kysely';
import { ProblemError } from '../problems/index.ts';
import type { CallerIdentity, RoleName } from './caller.ts';

/** Roles whose work spans tenants unless a route says otherwise. */
const ACROSS_TENANTS: readonly RoleName[] = ['admin', 'service'];

/**
 * A condition for Kysely's `where`: the row is the caller's tenant's, or the caller may see every tenant.
 *
 * @example db.selectFrom('orders').selectAll().where('id', '=', id).where(withinTenant(caller, 'tenant'))
 */
export function withinTenant<DB, TB extends keyof DB>(
  caller: CallerIdentity,
  column: StringReference<DB, TB>,
  { across = ACROSS_TENANTS }: { readonly across?: readonly RoleName[] } = {},
): (eb: ExpressionBuilder<DB, TB>) => ExpressionWrapper<DB, TB, SqlBool> {
  return (eb) =>
    across.some((role) => caller.roles.includes(role)) ? eb.and([]) : eb(column, '=', caller.tenant as never);
}

/**
 * The row, or 404 `<what>_not_found`. Another tenant's object is not found either: 403 would tell that it exists.
 *
 * @example return toResource(found(row, 'order', id));
 */
export function found<Row>(row: Row | null | undefined, what: string, id: string): Row {
  if (row === null || row === undefined) {
    const name = what.replaceAll(/[^a-z]+/g, '_');
    throw new ProblemError({ status: 404, code: `${name}_not_found`, detail: `there is no ${what} ${id} for you` });
  }
  return row;
}
