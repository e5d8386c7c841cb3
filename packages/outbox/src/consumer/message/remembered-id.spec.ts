import { expect, test } from '@jest/globals';
import { rememberedId } from './remembered-id.ts';

test('a UUID is remembered as it is, whatever its source', () => {
  const id = '0199f0a4-2f6e-7c3a-9d56-3a1f5e0c7b11';
  expect(rememberedId({ id, source: '/a' })).toBe(id);
});

test('any other id is remembered with its source', () => {
  const ids = [
    { id: '42', source: '/orders' },
    { id: '42', source: '/refunds' },
    { id: '42#', source: '/orders' },
    { id: '4', source: '2/orders' },
    { id: 'x'.repeat(500), source: 'y\0'.repeat(5_000) },
  ].map(rememberedId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(rememberedId({ id: '42', source: '/orders' })).toBe(ids[0]);
  // What an index of Postgres can hold, and a text of it.
  for (const id of ids) {
    expect(Buffer.byteLength(id)).toBeLessThan(1_000);
    expect(id).not.toContain('\0');
  }
});
