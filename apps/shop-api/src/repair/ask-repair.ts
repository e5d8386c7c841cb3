import type { Fact } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { ProjectDetails, PublishDetails, ShopDatabase } from '../database/shop-database.ts';

/** A repair as it was asked for, with what came of it. */
export type RepairRow = Selectable<ShopDatabase['order_repair']>;

/** What is asked for. */
export type RepairWanted =
  | { readonly kind: 'run-workflow' }
  | { readonly kind: 'redrive' }
  | {
      readonly kind: 'tell-fact';
      readonly messageId: string;
      /** What another service told; left out for a fact the shop has recorded itself. */
      readonly fact?: Omit<Fact, 'messageId'>;
    }
  | { readonly kind: 'publish-again'; readonly messageId: string; readonly details: PublishDetails }
  | { readonly kind: 'project-again'; readonly messageId: string; readonly details: ProjectDetails };

/** Of which order, who asks, and why. */
export interface Asking {
  readonly orderId: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * Asks for a repair. It is carried out by a process that reaches Temporal (`carryOut`). The same repair is asked for once at a
 * time: asked again while it waits, the one that waits is the answer (`order_repair_asked_once`).
 *
 * @returns undefined when there is no such order
 */
export async function askRepair(
  db: Kysely<ShopDatabase>,
  { orderId, by, reason }: Asking,
  wanted: RepairWanted,
): Promise<RepairRow | undefined> {
  const messageId = 'messageId' in wanted ? wanted.messageId : null;
  const details = 'details' in wanted ? JSON.stringify(wanted.details) : null;
  const fact = wanted.kind === 'tell-fact' && wanted.fact !== undefined ? JSON.stringify(wanted.fact) : null;
  for (;;) {
    const { rows } = await sql<RepairRow>`
      INSERT INTO order_repair (id, order_id, kind, message_id, fact, details, asked_by, reason, after_seq)
      SELECT ${uuidv7()}, id, ${wanted.kind}, ${messageId}, ${fact}::json, ${details}::json, ${by}, ${reason}, seq FROM orders WHERE id = ${orderId}
      ON CONFLICT (order_id, kind, message_id) WHERE state = 'asked' DO NOTHING
      RETURNING *`.execute(db);
    const asked = rows[0] ?? (await waiting(db, orderId, wanted.kind, messageId));
    if (asked !== undefined) return asked;
    // There is no such order; or the repair that was in the way has just been carried out, and this is another one.
    const order = await db.selectFrom('orders').select('id').where('id', '=', orderId).executeTakeFirst();
    if (order === undefined) return undefined;
  }
}

const waiting = (
  db: Kysely<ShopDatabase>,
  orderId: string,
  kind: RepairRow['kind'],
  messageId: string | null,
): Promise<RepairRow | undefined> =>
  db
    .selectFrom('order_repair')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('kind', '=', kind)
    .where('message_id', 'is not distinct from', messageId)
    .where('state', '=', 'asked')
    .executeTakeFirst();
