import type { Outbox } from '@bezel/outbox';
import { type CallerIdentity, ProblemError } from '@bezel/service';
import type { Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { Door } from '../../doors/door.ts';
import { storeModel, uploadedModel } from '../../models/model-statements.ts';
import type { OrderRow } from '../view/order-resource.ts';
import { insertOrder } from './insert-order.ts';
import type { Submission } from './submission.ts';

/**
 * Submits an order through a door, with its model if that came along. All of it commits or none of it.
 *
 * @throws ProblemError 422 `model_unknown` when it names a model this caller did not upload
 */
export async function submitOrder(
  outbox: Outbox,
  trx: Transaction<ShopDatabase>,
  caller: CallerIdentity,
  door: Door,
  submission: Submission,
): Promise<OrderRow> {
  const { metal, finish, stones } = submission;
  const model =
    'received' in submission
      ? await storeModel(trx, caller, submission.received)
      : await uploadedModel(trx, caller, submission.modelSha256);
  if (model === undefined) {
    const detail =
      'you have not uploaded a model with this SHA-256; upload it to /v1/models, or send it with the order';
    throw new ProblemError({
      status: 422,
      code: 'model_unknown',
      detail,
      errors: [{ path: 'modelSha256', message: detail }],
    });
  }
  return insertOrder(outbox, trx, {
    metal,
    finish,
    stones,
    model,
    tenant: caller.tenant,
    customerId: caller.sub,
    channel: door.channel,
  });
}
