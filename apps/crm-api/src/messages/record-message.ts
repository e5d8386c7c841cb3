import type { OrderDelayed } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import type { Kysely } from 'kysely';
import type { CrmDatabase } from '../database/crm-database.ts';
import { textOf } from './delay-text.ts';

/**
 * Records what the customer is told of a delay, if the customer is to hear of it. Runs in the transaction of the inbox row,
 * and the message has the id of the one that told the delay: there is one, however often that comes.
 */
export async function recordDelayMessage(
  trx: Kysely<CrmDatabase>,
  { id, data }: { readonly id: string; readonly data: EventData<typeof OrderDelayed> },
): Promise<void> {
  if (!data.tells.includes('customer')) return;
  await trx
    .insertInto('customer_message')
    .values({
      id,
      order_id: data.orderId,
      tenant: data.tenant,
      customer_id: data.customerId,
      kind: data.kind,
      text: textOf(data),
      at: data.at,
    })
    .execute();
}
