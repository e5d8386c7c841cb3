import { expect, test } from '@jest/globals';
import type { Account } from '../account.ts';
import type { Span, Written } from '../evidence.ts';
import { judgeLateness } from './lateness.ts';

const ORDER = '019b8d9c-1111-7000-8000-00000000000a';
const S = 1_000;
const STAGE_MS = 30 * S;

const message = (id: string, type: string, at: number, more: Partial<Written> = {}): Written => ({
  ...{ id, orderId: ORDER, type, at, topic: 'any', shard: 0, seq: at, move: null, delay: null },
  ...more,
});
const delay = (kind: 'late' | 'predicted', move = 3): Written =>
  message(`${kind}-${move}`, 'shop.order-delayed', 0, { move, delay: kind });

interface Case {
  /** When the workshop said that it had begun, in seconds after APPROVED. */
  readonly begun: number;
  readonly told?: readonly Written[];
  readonly disturbed?: readonly Span[];
  readonly stageMs?: number | null;
}

/** What is found of an order that was APPROVED at 0, and IN_MANUFACTURING two minutes later. */
function found({ begun, told = [], disturbed = [], stageMs = STAGE_MS }: Case): string[] {
  const defects: string[] = [];
  const account = {
    shop: {
      history: [
        { orderId: ORDER, seq: 3, from: 'PRICED', to: 'APPROVED', causedBy: 'accept', at: 0 },
        { orderId: ORDER, seq: 4, from: 'APPROVED', to: 'IN_MANUFACTURING', causedBy: 'start', at: 120 * S },
      ],
      messages: told,
      ...{ facts: [], refused: [], repairs: [] },
    },
    mes: {
      ...{ workOrders: [], reservations: [], followed: [] },
      messages: [message('start', 'mes.work-order-started', begun * S)],
    },
  };
  judgeLateness(
    account satisfies Pick<Account, 'shop' | 'mes'>,
    { stageMs, disturbed },
    (kind, what) => void defects.push(`${kind}: ${what}`),
  );
  return defects;
}

const UNTOLD = ['lost: APPROVED was late, and nobody was told after move 3'];

test('somebody is told of a stage that is past its time', () => {
  expect(found({ begun: 40 })).toEqual(UNTOLD);
  expect(found({ begun: 40, told: [delay('late')] })).toEqual([]);
  expect(found({ begun: 40, told: [delay('predicted')] })).toEqual(UNTOLD);
  expect(found({ begun: 40, told: [delay('late', 2)] })).toEqual(UNTOLD);
});

test('nobody has to be told when what ended the stage had happened by then, or it had just passed its time', () => {
  expect(found({ begun: 29 })).toEqual([]);
  expect(found({ begun: 39 })).toEqual([]);
});

test('the time in which a fault was felt is no time to notice it', () => {
  expect(found({ begun: 60, disturbed: [{ from: 35 * S, to: 56 * S }] })).toEqual([]);
  expect(found({ begun: 60, disturbed: [{ from: 35 * S, to: 54 * S }] })).toEqual(UNTOLD);
  expect(found({ begun: 60, disturbed: [{ from: 0, to: 30 * S }] })).toEqual(UNTOLD);
});

test('an order that is called off is not late any more', () => {
  const calledOff = (at: number): Written => message('cancel', 'shop.cancellation-requested', at * S);
  expect(found({ begun: 60, told: [calledOff(39)] })).toEqual([]);
  expect(found({ begun: 60, told: [calledOff(40)] })).toEqual(UNTOLD);
});

test('it is told once', () => {
  const again = { ...delay('late'), id: 'again' };
  expect(found({ begun: 40, told: [delay('late'), again] })).toEqual([
    'duplicate-effect: it was told 2 times after move 3 that it is late',
  ]);
  expect(found({ begun: 40, told: [delay('late'), delay('predicted')] })).toEqual([]);
});

test('nothing is late where nothing was promised', () => {
  expect(found({ begun: 100, stageMs: null })).toEqual([]);
});
