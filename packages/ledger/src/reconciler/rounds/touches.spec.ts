import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Finding } from '../../audit/finding.ts';
import { lowestIdAt } from '../../sources/views/id-time.ts';
import { concernsBurst, Touches } from './touches.ts';

const TIMES = { quietMs: 60, atLatestMs: 300, rememberedMs: 600 };

describe('touched orders', () => {
  test('are due once, after their burst', () => {
    const touches = new Touches(TIMES);
    for (const at of [0, 30, 80]) touches.touch('a', at);
    expect(touches.due(139).size).toBe(0);
    expect([...touches.due(140)]).toEqual([['a', 0]]);
    touches.audited(['a'], 140);
    // The rows tell again of what was audited.
    touches.touch('a', 80);
    expect(touches.due(1_000).size).toBe(0);
    touches.touch('a', 200);
    expect([...touches.due(260)]).toEqual([['a', 200]]);
  });

  test('are due in the midst of a burst that does not end, and again for what was too young then', () => {
    const touches = new Touches(TIMES);
    for (let at = 0; at <= 300; at += 30) touches.touch('a', at);
    expect(touches.due(300).get('a')).toBe(0);
    touches.audited(['a'], 300);
    expect(touches.due(301).size).toBe(0);
    expect([...touches.due(360)]).toEqual([['a', 240]]);
  });

  test('whatever happens when: each touch is judged by an audit that was old enough, with a burst that holds it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(900)), { maxLength: 40 }), (happenings) => {
        const touches = new Touches(TIMES);
        const open = happenings.map(([orderId, at]) => ({ orderId, at, judged: false }));
        // Told at the look after it, and once more at the one after that.
        for (let now = 0; now <= 1_500; now += 45) {
          for (const { orderId, at } of open) if (at <= now && at > now - 90) touches.touch(orderId, at);
          const due = touches.due(now);
          for (const each of open) {
            const from = due.get(each.orderId);
            if (from !== undefined && each.at <= now && now - each.at >= TIMES.quietMs && from <= each.at)
              each.judged = true;
          }
          touches.audited(due.keys(), now);
        }
        expect(open.filter(({ judged }) => !judged)).toEqual([]);
        expect(touches.due(10_000).size).toBe(0);
      }),
    );
  });

  test('are forgotten some time after their audit', () => {
    const touches = new Touches(TIMES);
    touches.touch('a', 0);
    touches.audited(['a'], 100);
    expect(touches.knows('a')).toBe(true);
    touches.audited([], 701);
    expect(touches.knows('a')).toBe(false);
  });
});

describe('a finding concerns the burst', () => {
  const DAY = 24 * 60 * 60_000;
  const now = Date.UTC(2026, 0, 10);
  const terms = { begunAt: now - 1_000, now, outboxKeptMs: 2 * DAY };
  const finding = (more: Partial<Finding>): Finding => ({
    ...{ kind: 'lost', hop: 'crm.inbox', orderId: lowestIdAt(now - 30 * DAY), detail: '' },
    ...more,
  });
  test.each<[string, boolean, Finding]>([
    ['a message of the burst', true, finding({ messageId: lowestIdAt(now) })],
    ['an older message', false, finding({ messageId: lowestIdAt(now - 2_000) })],
    ['a message whose id tells no time', true, finding({ messageId: '019b8d9c-0000-4000-8000-000000000001' })],
    ['rows that an outbox has forgotten', false, finding({ hop: 'shop.outbox' })],
    ['rows of a young order', true, finding({ hop: 'shop.outbox', orderId: lowestIdAt(now - DAY) })],
    ['the history of an old order', true, finding({ hop: 'shop.history' })],
    ['its workflow', true, finding({ hop: 'workflow' })],
  ])('%s: %s', (_, concerns, of) => {
    expect(concernsBurst(of, terms)).toBe(concerns);
  });
});
