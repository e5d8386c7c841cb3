import { randomUUID } from 'node:crypto';
import { context, isSpanContextValid, trace } from '@opentelemetry/api';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type pg from 'pg';
import {
  type MesActivities,
  MODEL_REJECTED,
  OFFER_ACCEPTED,
  OFFER_EXPIRED,
  type PricingActivities,
  type ShopActivities,
  WORK_ORDER_SHIPPED,
} from '../index.ts';

/** Asks the gate again until it is open; a cancelled activity stops asking. */
async function throughGate(pool: pg.Pool, orderId: string, activity: string): Promise<void> {
  const shut = 'SELECT 1 FROM closed_gates WHERE order_id = $1 AND activity = $2';
  if ((await pool.query(shut, [orderId, activity])).rowCount === 0) return;
  const opened = await pool.query<{ id: number }>(
    'INSERT INTO attempts (order_id, activity) VALUES ($1, $2) RETURNING id',
    [orderId, activity],
  );
  const ended = (how: string) => pool.query('UPDATE attempts SET ended = $2 WHERE id = $1', [opened.rows[0]?.id, how]);
  try {
    while ((await pool.query(shut, [orderId, activity])).rowCount !== 0) {
      Context.current().heartbeat();
      await Context.current().sleep(50);
    }
    await ended('passed');
  } catch (error) {
    await ended('cancelled');
    throw error;
  }
}

/** The shop's side: a move is committed once, and only after the move before it. */
export function shopActivities(pool: pg.Pool, worker: string): ShopActivities {
  return {
    async moveOrder({ orderId, seq, from, to, causedBy, reason, offer }) {
      await throughGate(pool, orderId, `before ${to}`);
      if (reason === OFFER_EXPIRED && causedBy === undefined) {
        const { rowCount } = await pool.query('SELECT 1 FROM acceptances WHERE order_id = $1', [orderId]);
        if (rowCount !== 0) throw ApplicationFailure.create({ type: OFFER_ACCEPTED, message: 'accepted in time' });
      }
      const span = trace.getSpanContext(context.active());
      const traceId = span !== undefined && isSpanContextValid(span) ? span.traceId : null;
      const { rowCount } = await pool.query(
        `INSERT INTO moves (order_id, seq, "from", "to", caused_by, reason, offer, trace_id, worker)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
         WHERE coalesce((SELECT max(seq) FROM moves WHERE order_id = $1), 0) >= $2::integer - 1
         ON CONFLICT DO NOTHING`,
        [orderId, seq, from, to, causedBy ?? null, reason ?? null, JSON.stringify(offer ?? null), traceId, worker],
      );
      const known = await pool.query('SELECT 1 FROM moves WHERE order_id = $1 AND seq = $2 AND "to" = $3', [
        orderId,
        seq,
        to,
      ]);
      if (rowCount === 0 && known.rowCount === 0) throw new Error(`move ${seq} to ${to} does not follow the last one`);
      await throughGate(pool, orderId, `after ${to}`);
    },
    async recordRefusedFact({ orderId, messageId, kind, status, reason }) {
      await pool.query('INSERT INTO refusals VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
        orderId,
        messageId,
        kind,
        status,
        reason,
      ]);
    },
    async recordDelay({ orderId, seq, kind, status }) {
      await throughGate(pool, orderId, `tell of ${kind}`);
      await pool.query('INSERT INTO delays VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
        orderId,
        seq,
        kind,
        status,
      ]);
    },
  };
}

/** The MES's side: one work order an order; a withdrawn one stays withdrawn, a shipped one cannot be withdrawn. */
export function mesActivities(pool: pg.Pool): MesActivities {
  return {
    async openWorkOrder({ orderId, massMg }) {
      await throughGate(pool, orderId, 'open work order');
      const { rows } = await pool.query<{ id: string }>(
        `INSERT INTO work_orders (order_id, id, mass_mg, status) VALUES ($1, $2, $3, 'open')
         ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id RETURNING id`,
        [orderId, randomUUID(), massMg],
      );
      return { workOrderId: rows[0]?.id ?? '' };
    },
    async withdrawWorkOrder({ orderId, reason }) {
      const { rows } = await pool.query<{ status: string }>(
        `UPDATE work_orders SET status = CASE status WHEN 'shipped' THEN status ELSE 'withdrawn' END, reason = $2
         WHERE order_id = $1 RETURNING status`,
        [orderId, reason],
      );
      if (rows[0]?.status === 'shipped') {
        throw ApplicationFailure.create({ type: WORK_ORDER_SHIPPED, message: 'the parcel has left' });
      }
    },
  };
}

const euros = (amountMinor: string) => ({ amountMinor, currency: 'EUR' });

/** So many stones are first priced by last month's list, as by a worker that has not heard of the new one. */
export const STONES_OF_THE_OLD_LIST = 13;

/** So many stones are always priced by another list than the other parts. */
export const STONES_OF_ANOTHER_LIST = 14;

/** Fixed prices; a tenth less for partners; a file called broken.stl cannot be made. */
export function pricingActivities(pool: pg.Pool): PricingActivities {
  const askedAt = new Set<string | undefined>();
  return {
    async analyseModel({ orderId, model }) {
      await throughGate(pool, orderId, 'analyse model');
      if (model.fileName === 'broken.stl') {
        throw ApplicationFailure.create({ type: MODEL_REJECTED, message: 'the body has a hole' });
      }
      return {
        volumeUm3: '300000000000',
        surfaceUm2: '600000000',
        boundingBoxUm: [20_000, 20_000, 6_000],
        triangles: 12,
        warnings: [],
      };
    },
    priceMetal: async ({ partner }) => ({
      part: { kind: 'metal', label: 'Gold 585', amount: euros('9007199254740993') },
      massMg: 3_930,
      priceList: 'new',
      ...(partner !== undefined && { discount: { label: `For ${partner}`, permille: 100 } }),
    }),
    async priceStones({ stones, at }) {
      if (stones === 0) return null;
      const old = stones === STONES_OF_ANOTHER_LIST || (stones === STONES_OF_THE_OLD_LIST && !askedAt.has(at));
      askedAt.add(at);
      const amount = euros(old ? '3999' : '4000');
      return { kind: 'stones', label: `${stones} brilliants`, amount, priceList: old ? 'old' : 'new' };
    },
    priceLabour: async () => ({ kind: 'labour', label: 'Polished', amount: euros('2500'), priceList: 'new' }),
  };
}
