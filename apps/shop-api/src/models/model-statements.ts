import type { ModelRef } from '@bezel/contracts';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import type { ReceivedModel } from './received-model.ts';

/** Whose upload it is. */
export interface Uploader {
  readonly tenant: string;
  readonly sub: string;
}

/**
 * Stores a model once, and that this caller uploaded it.
 *
 * Two uploads of one model at a time: the primary key of `model` makes the second wait for the first one's transaction.
 * If that commits, the second inserts nothing and stores no bytes; if it rolls back, the second stores them. So whoever
 * sees the row of a model sees all its pieces. A model that is there is locked before it counts as stored: the sweep of
 * models nobody has (`unused-models.ts`) may be about to delete it, and then it is stored afresh.
 */
export async function storeModel(
  trx: Transaction<ShopDatabase>,
  uploader: Uploader,
  model: ReceivedModel,
): Promise<ModelRef> {
  const { sha256, fileName, bytes } = model;
  if (await isNewModel(trx, sha256, bytes)) {
    let number = 0;
    for await (const content of model.pieces()) {
      await trx.insertInto('model_piece').values({ sha256, number, content }).execute();
      number++;
    }
  }
  await trx
    .insertInto('model_upload')
    .values({ tenant: uploader.tenant, uploaded_by: uploader.sub, sha256, file_name: fileName })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant', 'uploaded_by', 'sha256'])
        .doUpdateSet({ file_name: fileName, uploaded_at: sql<Date>`now()` }),
    )
    .execute();
  return { sha256, fileName, bytes };
}

/** Inserts the model's row; false when it is there, and then it stays there until the transaction ends. */
async function isNewModel(trx: Transaction<ShopDatabase>, sha256: string, bytes: number): Promise<boolean> {
  for (;;) {
    const inserted = await trx
      .insertInto('model')
      .values({ sha256, bytes })
      .onConflict((conflict) => conflict.doNothing())
      .returning('sha256')
      .executeTakeFirst();
    if (inserted !== undefined) return true;
    const kept = await trx
      .selectFrom('model')
      .select('sha256')
      .where('sha256', '=', sha256)
      .forKeyShare()
      .executeTakeFirst();
    if (kept !== undefined) return false;
  }
}

/**
 * A model this caller uploaded before, as it would be ordered; nobody deletes it until the transaction ends. Served by the
 * primary keys.
 */
export const uploadedModel = (
  db: Transaction<ShopDatabase>,
  uploader: Uploader,
  sha256: string,
): Promise<ModelRef | undefined> =>
  db
    .selectFrom('model_upload')
    .innerJoin('model', 'model.sha256', 'model_upload.sha256')
    .select(['model.sha256', 'model_upload.file_name as fileName', 'model.bytes'])
    .where('model_upload.tenant', '=', uploader.tenant)
    .where('model_upload.uploaded_by', '=', uploader.sub)
    .where('model_upload.sha256', '=', sha256)
    .forKeyShare('model')
    .executeTakeFirst();

/** How long a stored model is; undefined when there is none. */
export const storedModelBytes = async (db: Kysely<ShopDatabase>, sha256: string): Promise<number | undefined> =>
  (await db.selectFrom('model').select('bytes').where('sha256', '=', sha256).executeTakeFirst())?.bytes;

/**
 * The bytes of a stored model, a piece at a time and each by a statement of its own: a slow reader holds no connection.
 * That is safe without a transaction, because pieces appear together and never change.
 */
export async function* storedModelPieces(
  db: Kysely<ShopDatabase>,
  sha256: string,
  bytes: number,
): AsyncGenerator<Buffer> {
  let sent = 0;
  for (let number = 0; sent < bytes; number++) {
    const { content } = await db
      .selectFrom('model_piece')
      .select('content')
      .where('sha256', '=', sha256)
      .where('number', '=', number)
      .executeTakeFirstOrThrow();
    sent += content.length;
    yield content;
  }
}
