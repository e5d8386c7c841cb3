import { setTimeout as delay } from 'node:timers/promises';
import type { System } from '../system/system.ts';

const LOOK_MS = 200;

export interface RecoveryQuestion {
  readonly system: System;
  /** What names of this run's model files begin with. */
  readonly run: string;
  /** When the cause was gone, in milliseconds since 1970. */
  readonly healedAt: number;
  /** Files of orders nobody comes back to: nothing moves them. */
  readonly abandoned: ReadonlySet<string>;
  /** The order that was submitted the moment the cause was gone; null: its customer was sent home. */
  readonly probe: Promise<string | null>;
  /** What else must be back: the process that was killed. */
  readonly back: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * The system as a whole moves again when all of this has been seen:
 *
 * 1. an order submitted the moment the cause was gone is IN_MANUFACTURING for sales: it went through the shop's doors,
 *    relay, consumer and worker, pricing, the board, the MES's relay and worker, and the CRM's consumer;
 * 2. every order that was open when the cause was gone has moved since, or has ended;
 * 3. the process that was killed runs again.
 *
 * So it includes the time an order takes anyway, and that customers and operators take: faults/nothing.ts measures that.
 * Answers in milliseconds since `healedAt`, to within LOOK_MS; null when the signal fired first.
 */
export async function recoveredAfter(question: RecoveryQuestion): Promise<Recovered> {
  const { signal, healedAt, probe } = question;
  const probeId = await Promise.race([probe, aborted(signal)]);
  let last = 'the probe';
  while (!signal.aborted) {
    const missing = await looks(question, probeId).catch((error: Error) => error.message); // a database is away
    if (missing === null) return { ms: Date.now() - healedAt, last };
    last = missing;
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
  return { ms: null, last };
}

export interface Recovered {
  readonly ms: number | null;
  /** What was waited for last, in words. */
  readonly last: string;
}

async function looks(
  { system, run, healedAt, abandoned, back }: RecoveryQuestion,
  probe: string | null,
): Promise<string | null> {
  if (probe === null) return 'the probe';
  if (!back()) return 'the process';
  const { rows: made } = await system.databases.crm.query(
    `SELECT 1 FROM order_move WHERE order_id = $1 AND to_status IN ('IN_MANUFACTURING', 'CANCELLED', 'REJECTED')`,
    [probe],
  );
  if (made.length === 0) return `the probe ${probe}`;
  const { rows: still } = await system.databases.shop.query<{ id: string; status: string; file: string }>(
    `SELECT id, status, model_file_name AS file FROM orders
     WHERE model_file_name LIKE $1 AND status NOT IN ('DELIVERED', 'CANCELLED', 'REJECTED') AND updated_at < $2`,
    [`${run}-%`, new Date(healedAt)],
  );
  const stuck = still.find(({ file }) => !abandoned.has(file));
  return stuck === undefined ? null : `order ${stuck.id}, ${stuck.status}`;
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
