import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

const LIMIT_MS = 60_000;

/** Settles when the order has an offer. @throws when it got none within a minute */
export async function waitForOffer(shop: pg.Pool, orderId: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const { rows } = await shop.query<{ status: string }>('SELECT status FROM orders WHERE id = $1', [orderId]);
    const status = rows[0]?.status ?? 'unknown';
    if (status === 'PRICED') return;
    if (performance.now() > deadline) throw new Error(`order ${orderId} is still ${status} after a minute`);
    await delay(100, undefined, { signal });
  }
}
