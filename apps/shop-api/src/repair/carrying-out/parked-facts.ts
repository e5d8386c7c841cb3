import { redriveOrder } from '@bezel/service';
import { sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import { WORKFLOW_ENDED } from '../../orchestrator/errors.ts';
import { queryableOver } from './bring-messages.ts';

/**
 * Plays again what is parked of an order because its workflow had ended, now that it has one. What was asked for already is left.
 * There are few parked keys at any time.
 *
 * @returns whether there was anything
 */
export async function playParkedFacts(trx: Transaction<ShopDatabase>, orderId: string): Promise<boolean> {
  const { rows } = await sql<{ parked: boolean }>`
    SELECT EXISTS (
      SELECT FROM outbox.consumer_parked_key
      WHERE key_digest = sha256(convert_to(${orderId}, 'UTF8')) AND code = ${WORKFLOW_ENDED} AND NOT redrive
    ) AS parked`.execute(trx);
  if (rows[0]?.parked !== true) return false;
  await redriveOrder(queryableOver(trx), orderId);
  return true;
}
