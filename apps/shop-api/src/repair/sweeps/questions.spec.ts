import { describe, expect, test } from '@jest/globals';
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
      ...{ asked: ['a', 'b', 'c', 'd', 'e'], away: false, next: new Set() },
    });
  });

  test('everybody in the end, however many before them are never answered for', () => {
    const orders = [...Array.from({ length: 20 }, (_, n) => `x${n}`), 'a'];
    const asked: string[] = [];
    let last: ReadonlySet<string> = new Set();
    for (let looks = 0; looks < 8; looks++) {
      const looked = look(orders, (order) => order === 'a', last);
      asked.push(...looked.asked);
      last = looked.next;
    }
    expect(asked).toContain('a');
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
