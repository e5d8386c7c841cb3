import { z } from 'zod';
import { ProblemError } from '../problems/index.ts';

/** Makes the opaque cursor of the position after which the next page begins. */
export const encodeCursor = (position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * Reads a cursor back.
 *
 * @param position what the position of this list looks like, such as `z.tuple([z.iso.datetime(), z.uuid()])`
 * @throws ProblemError 400 `invalid_cursor` for anything this list did not make
 */
export function decodeCursor<Position>(cursor: string, position: z.ZodType<Position>): Position {
  const parsed = position.safeParse(jsonOf(cursor));
  if (!parsed.success) {
    const detail = 'the cursor is not one of this list; start again without it';
    throw new ProblemError({ status: 400, code: 'invalid_cursor', detail });
  }
  return parsed.data;
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Query members of every list: `limit` 1–200 (50 unless told) and `cursor`. Spread it into the list's own schema. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
};

/**
 * Cuts a page out of `limit + 1` rows: the extra row only says that there is a next page.
 *
 * @example
 * const rows = await query.limit(limit + 1).execute();
 * return pageOf(rows, limit, (row) => [row.submittedAt.toISOString(), row.id], toResource);
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => readonly (string | number)[],
  itemOf: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(itemOf),
    nextCursor: last === undefined || rows.length <= limit ? null : encodeCursor(positionOf(last)),
  };
}
