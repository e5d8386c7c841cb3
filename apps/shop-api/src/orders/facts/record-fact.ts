import { type EventDefinition, type Outbox, uuidv7 } from '@bezel/outbox';
import type { Insertable, Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';

type FactRow = Omit<Insertable<ShopDatabase['order_fact']>, 'message_id' | 'at'>;

/**
 * Records what somebody said about an order and writes the event that tells the workflow, whose message has the fact's
 * id. What was said before is not recorded again, and no event is written: `order_fact_said_once` makes two requests
 * that say the same at a time wait for each other, and the second one finds it said.
 *
 * @param event makes the event's data from the time (UTC ISO 8601) at which the fact was recorded
 * @returns false when it had been said before
 */
export async function recordFact<Data>(
  outbox: Outbox,
  trx: Transaction<ShopDatabase>,
  fact: FactRow,
  event: EventDefinition<string, Data>,
  dataAt: (at: string) => NoInfer<Data>,
): Promise<boolean> {
  const recorded = await trx
    .insertInto('order_fact')
    .values({ ...fact, message_id: uuidv7() })
    .onConflict((conflict) => conflict.constraint('order_fact_said_once').doNothing())
    .returning(['message_id', 'at'])
    .executeTakeFirst();
  if (recorded === undefined) return false;
  await outbox.write(trx, event, dataAt(recorded.at.toISOString()), { id: recorded.message_id });
  return true;
}
