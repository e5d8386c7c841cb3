import { describe, expect, test } from '@jest/globals';
import { accountOf } from '../../account/account-of.ts';
import type { Finding } from '../../audit/finding.ts';
import type { OrderAudit } from '../../audit-stack.ts';
import { auditsOf, printed } from '../../testing/printed.ts';
import { plain } from '../terminal/paint.ts';
import { auditJson, auditLines, auditPieces } from './audit-report.ts';

const idOf = (n: number): string => `019b8d9c-1111-7000-8000-${String(n).padStart(12, '0')}`;

/** An order of which something is lost, on its way, or neither. */
function audited(n: number, kind?: Finding['kind']): OrderAudit {
  const orderId = idOf(n);
  const finding = { hop: 'crm.inbox', orderId, detail: 'it was not taken' } as const;
  return { account: accountOf(orderId, []), findings: kind === undefined ? [] : [{ ...finding, kind }] };
}

const lost = (count: number): OrderAudit[] => Array.from({ length: count }, (_, n) => audited(n, 'lost'));

describe('an audit of many orders', () => {
  const MIXED = [audited(500), audited(501, 'on-its-way'), ...lost(250)];

  test('tells every unaccounted order, in JSON', async () => {
    const { out, code } = await printed(auditPieces(auditsOf(MIXED), auditJson()));
    expect(code).toBe(1);
    expect(out).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(out)).toEqual({
      ...{ ok: false, orders: 252, accounted: 2, onTheirWay: { orders: 1, byHop: { 'crm.inbox': 1 } } },
      unaccounted: {
        ...{ orders: 250, byHop: { 'crm.inbox': 250 } },
        shown: lost(250).map(({ account: { orderId } }) => ({
          orderId,
          findings: [{ kind: 'lost', hop: 'crm.inbox', detail: 'it was not taken' }],
        })),
      },
    });
  });

  test('and as text, the verdict last', async () => {
    const { out, code } = await printed(auditPieces(auditsOf(MIXED), auditLines(plain)));
    expect(code).toBe(1);
    const lines = out.split('\n');
    expect(lines.slice(0, 250)).toEqual(
      lost(250).map(({ account: { orderId } }) => `${orderId}  lost at crm.inbox: it was not taken`),
    );
    expect(lines.slice(250)).toEqual([
      '',
      'on their way: 1 order (crm.inbox 1)',
      '252 orders: 250 UNACCOUNTED (crm.inbox 250)',
      '',
    ]);
  });

  test('tells no more than were asked for, and counts the others', async () => {
    const json = await printed(auditPieces(auditsOf(lost(5)), auditJson(), 3));
    expect(JSON.parse(json.out).unaccounted).toMatchObject({ orders: 5, shown: { length: 3 } });
    const text = await printed(auditPieces(auditsOf(lost(5)), auditLines(plain), 3));
    expect(text.out).toContain('\n\n… and 2 more unaccounted orders (--limit)\n\n5 orders: 5 UNACCOUNTED');
  });

  test.each([
    ['JSON', auditJson, /^\{"unaccounted":\{"shown":\[\],"orders":0,"byHop":\{\}\},"ok":true,"orders":1,.*\}\n$/],
    ['text', () => auditLines(plain), /^1 order: all accounted for\n$/],
  ])('of which all are accounted for: 0, in %s', async (_, form, out) => {
    expect(await printed(auditPieces(auditsOf([audited(1)]), form()))).toEqual({
      code: 0,
      out: expect.stringMatching(out),
    });
  });

  test.each([
    ['JSON', auditJson],
    ['text', () => auditLines(plain)],
  ])('tells each in %s before the next is audited, so none is held', async (_, form) => {
    let begun = 0;
    async function* oneByOne(): AsyncGenerator<OrderAudit> {
      for (const audit of lost(3)) {
        begun += 1;
        yield audit;
      }
    }
    const pieces = auditPieces(oneByOne(), form());
    for (const n of [0, 1, 2]) {
      const { value } = await pieces.next();
      expect(value).toContain(idOf(n));
      expect(begun).toBe(n + 1);
    }
  });
});
