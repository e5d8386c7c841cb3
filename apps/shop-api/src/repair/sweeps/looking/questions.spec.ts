import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { questions } from './questions.ts';

/** One look at orders: whom it asked about, in turn, and what it leaves. */
function look(
  orders: readonly string[],
  isAnswered: (order: string) => boolean,
  last: ReadonlySet<string> = new Set(),
) {
  const asking = questions(last);
  const asked: string[] = [];
  const inTurn = [...orders.filter((order) => !last.has(order)), ...orders.filter((order) => last.has(order))];
  for (const order of inTurn) {
    if (asking.away) break;
    asked.push(order);
    asking.came(order, isAnswered(order) ? 'answer' : 'none');
  }
  return { asked, away: asking.away, next: asking.forNext() };
}

describe('who is asked about', () => {
  test('all others, when some are not answered for here and there', () => {
    const { asked, away, next } = look(['a', 'x', 'y', 'b', 'z', 'c'], (order) => order < 'x');
    expect(asked).toEqual(['a', 'x', 'y', 'b', 'z', 'c']);
    expect(away).toBe(false);
    expect([...next]).toEqual(['x', 'y', 'z']);
  });

  test('three at most when nobody answers, and other three in the next look', () => {
    const first = look(['a', 'b', 'c', 'd', 'e'], () => false);
    expect(first).toMatchObject({ asked: ['a', 'b', 'c'], away: true });
    const second = look(['a', 'b', 'c', 'd', 'e'], () => false, first.next);
    expect(second).toMatchObject({ asked: ['d', 'e', 'a'], away: true });
    expect(look(['a', 'b', 'c', 'd', 'e'], () => true, second.next)).toEqual({
      ...{ asked: ['b', 'c', 'a', 'd', 'e'], away: false, next: new Set() },
    });
  });

  test('those behind who is never answered for, also after looks in which nobody answered', () => {
    const orders = ['x0', 'x1', 'x2', 'a', 'b'];
    let last: ReadonlySet<string> = new Set();
    for (let looks = 0; looks < 2; looks++) last = look(orders, () => false, last).next;
    const asked: string[] = [];
    for (let looks = 0; looks < 4; looks++) {
      const looked = look(orders, (order) => !order.startsWith('x'), last);
      asked.push(...looked.asked);
      last = looked.next;
    }
    expect(asked).toEqual(expect.arrayContaining(['a', 'b']));
  });

  test('everybody soon, whoever is never answered for, and whoever was not before', () => {
    const answers = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(answers, fc.array(fc.infiniteStream(fc.boolean()), { maxLength: 8 }), (isAnswered, before) => {
        const orders = isAnswered.map((_, n) => `${n}`);
        let last: ReadonlySet<string> = new Set();
        for (const anyhow of before) last = look(orders, () => anyhow.next().value ?? false, last).next;
        const asked = new Set<string>();
        for (let looks = 0; looks < 2 * (orders.length / 3 + 1); looks++) {
          const looked = look(orders, (order) => isAnswered[Number(order)] ?? false, last);
          for (const order of looked.asked) asked.add(order);
          last = looked.next;
        }
        expect(orders.filter((order, n) => isAnswered[n] && !asked.has(order))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('one order asked about again and again is one order', () => {
    const asking = questions(new Set());
    for (let times = 0; times < 5; times++) asking.came('a', 'none');
    expect(asking.away).toBe(false);
  });

  test('who is gone, or was answered for, is forgotten', () => {
    const { next } = look(['a'], () => true, new Set(['a', 'gone']));
    expect(next.size).toBe(0);
  });
});
