import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeMessage } from './decode.ts';

const header = (name: string, value: string) => [name, Buffer.from(value)] as const;
const complete = {
  ce_id: '0192f0c1-0000-7000-8000-000000000001',
  ce_type: 'shop.order-placed',
  ce_source: '/shop',
  ce_time: '2026-11-21T03:14:15.926535Z',
};
const headersOf = (record: Record<string, string>) =>
  Object.entries(record).map(([name, value]) => header(name, value));

describe('decodeMessage', () => {
  test('reads the envelope and keeps every other header', () => {
    const headers = headersOf({ ...complete, ce_sequence: '42', traceparent: '00-a', tenant: 'acme' });
    expect(decodeMessage({ headers })).toEqual({
      kind: 'event',
      envelope: {
        id: complete.ce_id,
        type: complete.ce_type,
        source: '/shop',
        time: '2026-11-21T03:14:15.926535Z',
        sequence: '42',
        headers: { traceparent: '00-a', tenant: 'acme' },
      },
    });
  });

  test.each(Object.keys(complete))('without %s it is malformed, but not foreign', (name) => {
    const { [name as keyof typeof complete]: _, ...rest } = complete;
    expect(decodeMessage({ headers: headersOf(rest) })).toMatchObject({
      kind: 'malformed',
      problem: expect.stringContaining(name),
    });
  });

  test('with neither id nor type it is foreign, whatever else it carries', () => {
    expect(decodeMessage({ headers: [] })).toEqual({ kind: 'foreign' });
    expect(decodeMessage({ headers: headersOf({ 'x-id': '1', ce_time: complete.ce_time }) })).toEqual({
      kind: 'foreign',
    });
  });

  test.each([
    { ce_time: 'yesterday' },
    { ce_time: '2026-02-30T00:00:00Z' },
    { ce_id: `a${'\0'}b` },
    { ce_id: 'x'.repeat(501) },
  ])('what Postgres could not take is malformed: %j', (header) => {
    expect(decodeMessage({ headers: headersOf({ ...complete, ...header }) })).toMatchObject({
      kind: 'malformed',
      problem: expect.stringContaining(Object.keys(header)[0] ?? ''),
    });
  });

  test('never throws, whatever the bytes, and calls nothing an event that lacks an attribute', () => {
    const name = fc.oneof(fc.constantFrom(...Object.keys(complete), '__proto__', 'constructor'), fc.string());
    const value = fc.oneof(
      fc.constantFrom(...Object.values(complete)).map((text) => Buffer.from(text)),
      fc.uint8Array().map(Buffer.from),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 12 }), (headers) => {
        const decoded = decodeMessage({ headers });
        const names = new Set(headers.map(([header]) => header));
        if (decoded.kind === 'event') {
          expect(Object.keys(complete).every((attribute) => names.has(attribute))).toBe(true);
        }
        if (decoded.kind === 'foreign') {
          expect(names.has('ce_id') || names.has('ce_type')).toBe(false);
        }
      }),
    );
  });
});
