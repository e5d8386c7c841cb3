import { isFinal, STATUSES } from '@bezel/order-workflow';
import type { App } from '../../account/hops.ts';
import type { AuditLimits } from '../../audit/limits.ts';
import { connectReadOnly } from '../../sources/connection.ts';
import { ViewUnavailableError } from '../../sources/views/views.ts';

/** An order at which something was written, and when, in milliseconds since 1970. */
export interface TouchedRow {
  readonly orderId: string;
  readonly at: number;
}

const OPEN_STATUSES = STATUSES.filter((status) => !isFinal(status));

/**
 * Orders of which messages were written since a moment. A row of the outbox has no index by time: the days that the outbox keeps
 * are read, and nothing else of them than the time. That is why a round rests so much longer than it works.
 */
const written = (view: string): string => `
  SELECT order_id::text AS "orderId", round(date_part('epoch', max(at)) * 1000) AS at
  FROM ${view} WHERE at >= to_timestamp($1::float8 / 1000) AND order_id IS NOT NULL GROUP BY order_id`;

/**
 * Orders under way that came to their status since a moment, and those that have been there for too long. Both are served by
 * the index of orders under way (status, since when).
 */
const MOVED = `
  SELECT order_id::text AS "orderId", round(date_part('epoch', entered_at) * 1000) AS at
  FROM ledger.shop_order_details
  WHERE entered_at >= to_timestamp($1::float8 / 1000) AND status = ANY ($2)`;

const RESTING = `
  SELECT resting."orderId" FROM unnest($1::text[], $2::float8[]) AS stage (status, since)
  CROSS JOIN LATERAL (
    SELECT order_id::text AS "orderId" FROM ledger.shop_order_details AS o
    WHERE o.status = stage.status AND o.entered_at < to_timestamp(stage.since / 1000)
    ORDER BY o.entered_at LIMIT 200
  ) AS resting`;

/** The databases' part of what was touched. */
export interface TouchedRows {
  readonly touched: readonly TouchedRow[];
  /** Orders that rest in their status for longer than they may, oldest first, some hundreds at most. */
  readonly resting: readonly string[];
}

/** @throws SourceUnavailableError, ViewUnavailableError */
export async function readTouchedRows(
  postgres: Readonly<Record<App, string>>,
  { since, now, limits }: { readonly since: number; readonly now: number; readonly limits: AuditLimits },
  signal: AbortSignal,
): Promise<TouchedRows> {
  const reading = readingUntil(signal);
  const mes = await reading(postgres.mes, 'mes', async (query) =>
    query<TouchedRow>('ledger.mes_outbox', written('ledger.mes_outbox'), [since]),
  );
  const shop = await reading(postgres.shop, 'shop', async (query) => {
    const details = 'ledger.shop_order_details';
    const times = OPEN_STATUSES.map((status) => now - (limits.stageMs[status] ?? 0));
    return {
      written: await query<TouchedRow>('ledger.shop_outbox', written('ledger.shop_outbox'), [since]),
      moved: await query<TouchedRow>(details, MOVED, [since, OPEN_STATUSES]),
      resting: await query<{ orderId: string }>(details, RESTING, [OPEN_STATUSES, times]),
    };
  });
  return {
    touched: [...mes, ...shop.written, ...shop.moved],
    resting: shop.resting.map(({ orderId }) => orderId),
  };
}

type Query = <Row extends object>(view: string, text: string, values: readonly unknown[]) => Promise<Row[]>;

const readingUntil =
  (signal: AbortSignal) =>
  async <T>(url: string, app: App, work: (query: Query) => Promise<T>): Promise<T> => {
    await using connection = await connectReadOnly(url, app, signal);
    return await work(async <Row extends object>(view: string, text: string, values: readonly unknown[]) => {
      try {
        return (await connection.client.query<Row>(text, [...values])).rows;
      } catch (error) {
        throw new ViewUnavailableError(view, error as Error);
      }
    });
  };
