import { type Queryable, statesOf } from './states-of.ts';
import type { OwningApp } from './sweepers.ts';
import { SWEEPERS } from './sweepers.ts';
import { ownedTables } from './tables.ts';

/**
 * Which tables and states of an app's database have no owner in the register, and which owners have no table: one sentence
 * each, none when the two agree. What the tables and states are says the database itself.
 *
 * @example
 * expect(await unowned('shop', pool)).toEqual([]);
 */
export async function unowned(app: OwningApp, db: Queryable): Promise<readonly string[]> {
  const [known, owned] = [await statesOf(db), ownedTables(app)];
  const complaints: string[] = [];
  for (const [table, states] of known) {
    const owner = owned[table];
    if (owner === undefined) {
      complaints.push(`nobody owns the rows of ${table}`);
      continue;
    }
    const named = ownerOf(owner.rows);
    if (named !== undefined) complaints.push(...notRunIn(app, named, table));
    const columns = owner.states ?? {};
    for (const { column, values } of states) {
      if (owner.noState?.includes(column)) continue;
      for (const value of values) {
        const whose = columns[column]?.[value];
        if (whose === undefined) complaints.push(`nobody owns the rows of ${table} with ${column} = ${value}`);
        else if (whose !== 'rests') complaints.push(...notRunIn(app, whose, `${table}.${column} = ${value}`));
      }
      for (const value of Object.keys(columns[column] ?? {})) {
        if (!values.includes(value)) complaints.push(`${table}.${column} is never ${value}, which has an owner`);
      }
    }
    for (const column of [...Object.keys(columns), ...(owner.noState ?? [])]) {
      if (!states.some((state) => state.column === column))
        complaints.push(`${table}.${column} has an owner and is no state`);
    }
  }
  for (const table of Object.keys(owned)) {
    if (!known.has(table)) complaints.push(`${table} has an owner and is not there`);
  }
  return complaints;
}

const ownerOf = (rows: string | { readonly kept: string }) =>
  typeof rows === 'string' ? (rows as keyof typeof SWEEPERS) : undefined;

/**
 * A sweeper must run in the app that has the rows; an order's sweepers are the shop's alone, and what follows an order
 * elsewhere moves when they have moved it.
 */
function notRunIn(app: OwningApp, sweeper: keyof typeof SWEEPERS, what: string): string[] {
  const { runsIn } = SWEEPERS[sweeper];
  const isOfOrders = sweeper === 'unstarted-orders' || sweeper === 'stuck-workflows' || sweeper === 'unexpired-offers';
  return isOfOrders || runsIn.some((place) => place.app === app)
    ? []
    : [`${sweeper}, which owns ${what}, does not run in ${app}`];
}
