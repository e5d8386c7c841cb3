import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { REFUSED_MESSAGE } from '../matrix/lifecycle.ts';
import { beginTrouble, endTrouble, isTroubled } from './trouble.ts';
import { upsetIn } from './upset.ts';

const folder = mkdtempSync(join(tmpdir(), 'bezel-upset-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const about = (key: string, type = 'shop.price-accepted', data: unknown = {}) => ({ type, key, data });

test('a consumer is stopped for good at messages of an order in trouble, until it ends', async () => {
  const upset = upsetIn(folder);
  beginTrouble(folder, 'unheard', 'a');
  const batch = [about('b'), about('repair/r'), about('a')];
  expect(upset.named('consumer.handled', batch).map(({ type }) => type)).toEqual([
    ...['shop.price-accepted', 'shop.price-accepted', REFUSED_MESSAGE],
  ]);
  expect(upset.named('consumer.claiming', batch)).toEqual(batch);
  await expect(upset.happen('consumer.handled', batch)).rejects.toMatchObject({ code: '23514', retryable: false });
  expect(await upset.happen('consumer.handled', [about('b')])).toBeUndefined();
  await upset.happen('consumer.parking', []);
  expect(await upset.happen('consumer.handled', [about('a')])).toBeUndefined();
  await expect(upset.happen('consumer.handled', [about('a')])).rejects.toThrow();
  endTrouble(folder, 'unheard', 'a');
  expect(await upset.happen('consumer.handled', batch)).toBeUndefined();
});

test('one withdrawal of an order in trouble fails, whichever process is at it', async () => {
  beginTrouble(folder, 'unwithdrawable', 'a');
  const withdraw = (key: string) => upsetIn(folder).happen('work-order.withdrawing', [about(key, 'withdrawWorkOrder')]);
  expect([await withdraw('b'), await withdraw('a'), await withdraw('a')]).toEqual([undefined, 'error', undefined]);
});

test('only models that are called slow take longer', async () => {
  const upset = upsetIn(folder, 200);
  await upset.happen('activity.begun', [about('a', 'analyseModel', { model: { fileName: 'run-slow-7.stl' } })]);
  await upset.happen('activity.begun', [about('b', 'analyseModel', { model: { fileName: 'run-8.stl' } })]);
  const ended: string[] = [];
  const analyse = (key: string) =>
    upset.happen('analysis.begun', [about(key, 'analysis')]).then(() => void ended.push(key));
  await Promise.all([analyse('a'), analyse('b')]);
  expect(ended).toEqual(['b', 'a']);
});

test('a move to SHIPPED of an order in trouble waits until that ends, and says that it does', async () => {
  const upset = upsetIn(folder);
  beginTrouble(folder, 'unshipped', 'a');
  const move = (key: string, to: string) => upset.happen('activity.begun', [about(key, 'moveOrder', { to })]);
  await Promise.all([move('a', 'PACKED'), move('b', 'SHIPPED')]);
  expect(isTroubled(folder, 'shipping', 'a')).toBe(false);
  let moved = false;
  const shipped = move('a', 'SHIPPED').then(() => {
    moved = true;
  });
  expect(isTroubled(folder, 'shipping', 'a')).toBe(true);
  await Promise.resolve();
  expect(moved).toBe(false);
  endTrouble(folder, 'unshipped', 'a');
  await shipped;
});
