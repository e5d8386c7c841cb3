import type { Fact, FactKind } from '@bezel/order-workflow';
import { wasTaken } from '@bezel/service';
import type { Transaction } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import type { RepairRow } from './ask-repair.ts';

/** What is said to the shop itself: it has recorded it, or nobody said it. */
const SAID_HERE: readonly FactKind[] = [
  'price-accepted',
  'cancellation-requested',
  'delivered',
] satisfies readonly ShopDatabase['order_fact']['kind'][];

/** A fact to tell, or why it is told to nobody. */
export type ProvenFact = { readonly fact: Fact } | { readonly unproven: string };

/**
 * The fact that a repair is about, as somebody other than the asker has it: a made-up one would move the order. What is said to
 * the shop is taken from where it recorded it. What another service told is taken from the asker, who has it from the topic, and
 * only when a message with its id, written when it says, was taken here: what was not is published again, and comes by itself.
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
