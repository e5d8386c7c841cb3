import { isFinal, STAGE_TIMES, STATUSES } from '@bezel/order-workflow';
import type { App } from '../../account/hops.ts';
import type { AuditLimits } from '../../audit/limits.ts';
import { connectReadOnly } from '../../sources/connection.ts';
import { ViewUnavailableError } from '../../sources/views/views.ts';

/** An order at which something was written, and when, in milliseconds since 1970. */
interface TouchedRow {
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

/** Orders under way that came to their status since a moment: served by the index of orders under way (status, since when). */
const MOVED = `
  SELECT order_id::text AS "orderId", round(date_part('epoch', entered_at) * 1000) AS at
  FROM ledger.shop_order_details
  WHERE entered_at >= to_timestamp($1::float8 / 1000) AND status = ANY ($2)`;

/**
 * Orders that have been in their status for too long, as `restsUntil` judges them, by the same index, which has the deadlines, too. An
 * order that may rest longer than others is passed over by its deadline, so it takes nobody's place among the oldest.
 */
const RESTING = `
  SELECT resting."orderId" FROM unnest($1::text[], $2::float8[], $3::float8[]) AS stage (status, since, sla_ms)
  CROSS JOIN LATERAL (
    SELECT order_id::text AS "orderId" FROM ledger.shop_order_details AS o
    WHERE o.status = stage.status AND o.entered_at < to_timestamp(greatest(stage.since, 0) / 1000)
      AND o.entered_at + $4::float8 * coalesce(
            CASE WHEN o.stage_deadline > o.entered_at THEN o.stage_deadline - o.entered_at END,
            stage.sla_ms * interval '1 millisecond'
          ) < to_timestamp($5::float8 / 1000)
    ORDER BY o.entered_at LIMIT 200
  ) AS resting`;

/** Orders whose offer ended before a moment, oldest first: all that are PRICED are read by that index, as the shop's sweeper does. */
const OFFERED = `
  SELECT order_id::text AS "orderId" FROM ledger.shop_order_details
  WHERE status = 'PRICED' AND offer_expires_at < to_timestamp($1::float8 / 1000)
  ORDER BY entered_at LIMIT 200`;

type Resting = Pick<TouchedRow, 'orderId'>;

/** The databases' part of what was touched. */
interface TouchedRows {
  readonly touched: readonly TouchedRow[];
  /** Orders that rest in their status for longer than they may, or longer than their offer, some hundreds at most. */
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
    const { patienceMs = {}, timesTheSla = 0, offerEndMs = 0 } = limits.stages ?? {};
    // Of an offer without an end nobody knows how long it may rest: a pass tells.
    const stages = OPEN_STATUSES.filter((status) => STAGE_TIMES[status] !== undefined);
    const patient = stages.map((status) => now - (patienceMs[status] ?? 0));
    const slaMs = stages.map((status) => STAGE_TIMES[status]?.withinMs ?? 0);
    return {
      written: await query<TouchedRow>('ledger.shop_outbox', written('ledger.shop_outbox'), [since]),
      moved: await query<TouchedRow>(details, MOVED, [since, OPEN_STATUSES]),
      resting: [
        ...(await query<Resting>(details, RESTING, [stages, patient, slaMs, timesTheSla, now])),
        ...(await query<Resting>(details, OFFERED, [now - offerEndMs])),
      ],
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
