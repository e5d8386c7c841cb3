import { WithdrawalFailed } from '@bezel/contracts';
import type { Outbox } from '@bezel/outbox';
import { log, transactionTime } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

const LONGEST = 300;

/**
 * Tells that a withdrawal failed, by the event WithdrawalFailed in a transaction of its own, so that operators see what a
 * cancellation waits for. What cannot be told, as while the database is away, is left out: a later attempt has its number.
 */
export async function tellFailedWithdrawal(
  outbox: Outbox,
  db: Kysely<MesDatabase>,
  failed: { readonly orderId: string; readonly attempt: number; readonly error: unknown },
): Promise<void> {
  const { orderId, attempt } = failed;
  const error = (failed.error instanceof Error ? failed.error.message : String(failed.error)).slice(0, LONGEST);
  try {
    await db.transaction().execute(async (trx) => {
      const at = (await transactionTime(trx)).toISOString();
      // An attempt thought dead may tell at the same time: the key's lock keeps both in order.
      await outbox.write(trx, WithdrawalFailed, { orderId, attempt, error, at }, { serializeKey: true });
    });
  } catch (why) {
    log.warn({ err: why, 'event.action': 'failure-not-told' }, 'that a withdrawal failed could not be told');
  }
}
