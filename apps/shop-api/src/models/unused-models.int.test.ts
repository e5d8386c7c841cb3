import { createHash } from 'node:crypto';
import type { ModelRef } from '@bezel/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANN, BEN, orderForm, type Person, type Shop, startShop } from '../testing/shop.ts';
import { binaryStl, cube } from '../testing/stl-samples.ts';
import { unusedModels } from './unused-models.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const look = () => unusedModels(shop.database.kysely).look(new AbortController().signal);
/** A model of its own, uploaded so many days ago. */
async function uploaded(size: number, as: Person, days: number): Promise<string> {
  const form = orderForm({}, new Uint8Array(binaryStl(cube(size))));
  const { body } = await shop.post<ModelRef>('/v1/models', form, { as });
  await shop.database.pool.query(
    `UPDATE model_upload SET uploaded_at = now() - $3 * interval '1 day' WHERE sha256 = $1 AND uploaded_by = $2`,
    [body.sha256, as.sub, days],
  );
  return body.sha256;
}
const order = (modelSha256: string, as: Person) =>
  shop.post('/v1/orders', { metal: 'gold-585', finish: 'polished', stones: 0, modelSha256 }, { as });
const kept = async (table: 'model' | 'model_piece' | 'model_upload'): Promise<string[]> => {
  const { rows } = await shop.database.pool.query(`SELECT DISTINCT sha256 FROM ${table}`);
  return rows.map(({ sha256 }) => sha256).sort();
};

test('uploads that nobody ordered for a month go, with the models that nobody has any more; all others stay', async () => {
  const old = await uploaded(11, ANN, 31);
  const young = await uploaded(12, ANN, 29);
  const ordered = await uploaded(13, ANN, 31);
  expect((await order(ordered, ANN)).status).toBe(201);
  // Two have the same: one of them ordered it.
  const shared = await uploaded(14, ANN, 31);
  await uploaded(14, BEN, 31);
  expect((await order(shared, BEN)).status).toBe(201);

  const looked = await look();
  expect(looked).toEqual({ swept: 2, waiting: 0, oldestMs: 0 });
  expect(await kept('model')).toEqual([young, ordered, shared].sort());
  expect(await kept('model_piece')).toEqual([young, ordered, shared].sort());
  const { rows } = await shop.database.pool.query('SELECT uploaded_by, sha256 FROM model_upload ORDER BY 1, 2');
  expect(rows).toEqual([
    ...[young, ordered].sort().map((sha256) => ({ uploaded_by: 'ann', sha256 })),
    { uploaded_by: 'ben', sha256: shared },
  ]);
  // Whose upload is gone, uploads again.
  expect((await order(shared, ANN)).status).toBe(422);
  expect((await order(old, ANN)).status).toBe(422);
  expect(await uploaded(11, ANN, 0)).toBe(old);
  expect((await order(old, ANN)).status).toBe(201);
  expect(await look()).toEqual({ swept: 0, waiting: 0, oldestMs: 0 });
});

test('what is uploaded again is young again', async () => {
  const model = await uploaded(15, ANN, 31);
  await shop.post('/v1/models', orderForm({}, new Uint8Array(binaryStl(cube(15)))));
  await look();
  expect(await kept('model')).toContain(model);
});

test('an order that comes while its model is about to go has it kept; an upload stores it afresh', async () => {
  const model = await uploaded(16, ANN, 31);
  const holder = await shop.database.pool.connect();
  // An order is about to commit: it has the model, and its upload row is not locked.
  await holder.query('BEGIN');
  await holder.query('SELECT FROM model WHERE sha256 = $1 FOR KEY SHARE', [model]);
  await look();
  await holder.query('ROLLBACK');
  holder.release();
  expect(await kept('model')).toContain(model);

  // A sweep is about to commit: whoever uploads the same waits for it, and then stores every piece.
  const bytes = binaryStl(cube(17));
  const gone = await uploaded(17, BEN, 31);
  expect(gone).toBe(createHash('sha256').update(bytes).digest('hex'));
  const sweeper = await shop.database.pool.connect();
  await sweeper.query('BEGIN');
  await sweeper.query('DELETE FROM model_upload WHERE sha256 = $1', [gone]);
  await sweeper.query('DELETE FROM model_piece WHERE sha256 = $1', [gone]);
  await sweeper.query('DELETE FROM model WHERE sha256 = $1', [gone]);
  const again = shop.post('/v1/models', orderForm({}, new Uint8Array(bytes)), { as: BEN });
  await shop.lockWaiters(1);
  await sweeper.query('COMMIT');
  sweeper.release();
  expect((await again).status).toBe(201);
  expect(await kept('model_piece')).toContain(gone);
});
