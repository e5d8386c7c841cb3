import type { OrderWorkflowLink } from '@bezel/contracts';
import { workflowIdOf } from '@bezel/order-workflow';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';

/** Says where the workflow of an order is to be looked at. An address inside the house: for its staff only. */
export class WorkflowLinks {
  constructor(private readonly temporal: { readonly namespace: string; readonly uiUrl: string | null }) {}

  /** The order's workflow, as its start was recorded; null until then. It asks the database alone: Temporal may be away. */
  async of(db: Kysely<ShopDatabase>, orderId: string): Promise<OrderWorkflowLink | null> {
    const started = await db
      .selectFrom('order_workflow')
      .select('run_id')
      .where('order_id', '=', orderId)
      .executeTakeFirst();
    const id = workflowIdOf(orderId);
    return started === undefined ? null : { id, runId: started.run_id, uiUrl: this.pageOf(id, started.run_id) };
  }

  private pageOf(workflowId: string, runId: string): string | null {
    const { namespace, uiUrl } = this.temporal;
    const page = ['namespaces', namespace, 'workflows', workflowId, runId, 'history'].map(encodeURIComponent).join('/');
    return uiUrl === null ? null : `${uiUrl.replace(/\/$/, '')}/${page}`;
  }
}
