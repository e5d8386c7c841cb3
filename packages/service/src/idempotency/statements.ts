import { type RawBuilder, sql } from 'kysely';

/** Whose key it is, and for which door. */
export interface KeyScope {
  readonly tenant: string;
  readonly caller: string;
  readonly method: string;
  readonly route: string;
  readonly key: string;
}

/** An answer as it was stored. */
export interface StoredAnswer {
  readonly requestHash: Buffer;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/**
 * Claims the key: one row when it is ours, none when it was used before.
 *
 * Two requests with one key: the primary key makes the second insert wait for the first one's transaction. If that
 * commits, the second gets no row and replays; if it rolls back, the second gets the row and does the work. So there is
 * one effect, also with any number of processes. The wait ends at `lock_timeout` (503, try again).
 */
export const claimKey = (scope: KeyScope, hash: Buffer): RawBuilder<unknown> => sql`
  INSERT INTO idempotency.answer (tenant, caller, method, route, key, request_hash)
  VALUES (${scope.tenant}, ${scope.caller}, ${scope.method}, ${scope.route}, ${scope.key}, ${hash})
  ON CONFLICT DO NOTHING
  RETURNING true`;

/**
 * The stored answer. Must be a statement of its own after {@link claimKey} lost: at READ COMMITTED a new statement sees
 * what the transaction it waited for committed. Served by the primary key.
 */
export const readAnswer = (scope: KeyScope): RawBuilder<StoredAnswer> => sql<StoredAnswer>`
  SELECT request_hash AS "requestHash", status, coalesce(headers, '{}'::json) AS headers, body
  FROM idempotency.answer
  WHERE tenant = ${scope.tenant} AND caller = ${scope.caller} AND method = ${scope.method}
    AND route = ${scope.route} AND key = ${scope.key}`;

/** Completes the claimed row. No indexed column changes, so the update stays on its page. */
export const storeAnswer = (
  scope: KeyScope,
  answer: { status: number; headers: Readonly<Record<string, string>>; body: unknown },
): RawBuilder<unknown> => sql`
  UPDATE idempotency.answer
  SET status = ${answer.status},
      headers = ${JSON.stringify(answer.headers)}::json,
      body = ${answer.body === undefined ? null : JSON.stringify(answer.body)}::json
  WHERE tenant = ${scope.tenant} AND caller = ${scope.caller} AND method = ${scope.method}
    AND route = ${scope.route} AND key = ${scope.key}`;

/**
 * Deletes up to 1,000 expired answers, oldest first, and returns how many. Several processes may sweep at once: each
 * skips rows that another has locked. Served by `answer_created_at`.
 */
export const deleteExpired = (hours: number): RawBuilder<unknown> => sql`
  DELETE FROM idempotency.answer
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency.answer
    WHERE created_at < now() - make_interval(hours => ${hours})
    ORDER BY created_at
    LIMIT 1000
    FOR UPDATE SKIP LOCKED))`;

/** How many answers older than that are left, and for how many ms too long the oldest is. Served by `answer_created_at`. */
export const expiredLeft = (hours: number): RawBuilder<{ waiting: number; oldestMs: number }> => sql`
  SELECT count(*)::int AS waiting,
         coalesce(extract(epoch FROM now() - min(created_at) - make_interval(hours => ${hours})) * 1000, 0)::float8 AS "oldestMs"
  FROM idempotency.answer
  WHERE created_at < now() - make_interval(hours => ${hours})`;
