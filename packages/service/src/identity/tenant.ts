import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { ProblemError } from '../problems/index.ts';
import type { CallerIdentity, RoleName } from './caller.ts';

/** Roles whose work spans tenants unless a route says otherwise. */
const ACROSS_TENANTS: readonly RoleName[] = ['admin', 'service'];

/**
 * A condition for Kysely's `where`: the row is the caller's tenant's, or the caller may see every tenant.
 *
 * @example db.selectFrom('orders').selectAll().where('id', '=', id).where(withinTenant(caller, 'tenant'))
 */
export function withinTenant(
  caller: CallerIdentity,
  column: string,
  { across = ACROSS_TENANTS }: { readonly across?: readonly RoleName[] } = {},
): RawBuilder<SqlBool> {
  return across.some((role) => caller.roles.includes(role))
    ? sql<SqlBool>`true`
    : sql<SqlBool>`${sql.ref(column)} = ${caller.tenant}`;
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
