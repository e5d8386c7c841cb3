import type { Fact, FactKind } from '@bezel/order-workflow';
import { wasTaken } from '@bezel/service';
import type { Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { RepairRow } from '../ask-repair.ts';

/** What is said to the shop itself: it has recorded it, or nobody said it. */
const SAID_HERE: readonly FactKind[] = [
  'price-accepted',
  'cancellation-requested',
  'delivered',
] satisfies readonly ShopDatabase['order_fact']['kind'][];

/** A fact to tell, or why it is told to nobody. */
export type ProvenFact = { readonly fact: Fact } | { readonly unproven: string };

/**
 * The fact that a repair is about, proven as far as the shop can. What is said to the shop itself is taken from where it recorded
 * it, and nothing of it from the asker: a made-up one would move the order.
 *
 * Of what another service told, the shop keeps the id of the message and when it was written, and no more. So two things are proven:
 * a message with this id was taken here, and it was written within an hour of the moment the fact tells of. For the fact's kind, its
 * order and its content, and for the moment itself within that hour, an administrator's word is believed, and who asked is on record
 * (`order_repair.asked_by`). A message that was not taken is published again, and comes by itself.
 *
 * Ids of messages are kept for seven days (`outbox.inbox`). An older fact is refused: nobody can tell any more whether it was ever
 * told, and a person has to ask the service that knows.
 */
export async function provenFact(
  trx: Transaction<ShopDatabase>,
  { order_id, message_id, fact }: Pick<RepairRow, 'order_id' | 'message_id' | 'fact'>,
): Promise<ProvenFact> {
  const messageId = message_id ?? '';
  const recorded = await trx
    .selectFrom('order_fact')
    .selectAll()
    .where('message_id', '=', messageId)
    .where('order_id', '=', order_id)
    .executeTakeFirst();
  if (recorded !== undefined) {
    const { kind, at, said_by, reason, offer_id } = recorded;
    return {
      fact: {
        ...{ messageId, kind, at: at.toISOString(), by: said_by },
        ...(reason === null ? {} : { reason }),
        ...(offer_id === null ? {} : { offerId: offer_id }),
      },
    };
  }
  if (fact === null || SAID_HERE.includes(fact.kind))
    return { unproven: 'nobody has recorded such a fact of this order' };
  return (await wasTaken<ShopDatabase>(trx, { messageId, at: fact.at }))
    ? { fact: { messageId, ...fact } }
    : { unproven: `no such message of ${fact.at} was taken here, or so long ago that nobody knows` };
}
