import { describe, expect, test } from '@jest/globals';
import { accountOf, ViewRowUnreadableError } from './account-of.ts';
import type { ViewRow, WorkflowSeen } from './evidence.ts';
import { VIEW_HOPS, type ViewHop, viewOf } from './hops.ts';

const ORDER = '019b8d9c-1111-7000-8000-000000000001';
const MESSAGE = '019b8d9c-2222-7000-8000-000000000001';

const row = (hop: ViewHop, state: string, messageId: string | null = MESSAGE): ViewRow => ({
  source: 'view',
  orderId: ORDER,
  hop,
  messageId,
  state,
  at: 1,
});

describe('a view that breaks its agreement is named, not guessed at', () => {
  test.each<[ViewHop, string, string | null]>([
    ['shop.order', 'LOST', null],
    ['shop.history', 'APPROVED', MESSAGE],
    ['shop.history', '3 NOWHERE', MESSAGE],
    ['shop.history', '-1 APPROVED', MESSAGE],
    ['shop.delay', '3 early', MESSAGE],
    ['shop.delay', '3 late', null],
    ['shop.cancellation', 'done piece-melted', MESSAGE],
    ['shop.cancellation', 'done material-released', null],
    ['shop.cancellation', 'failed', null],
    ['shop.outbox', 'shop.orders shop.order-submitted', MESSAGE],
    ['shop.outbox', '1/2 shop.orders shop.order-submitted', null],
    ['mes.outbox', '', MESSAGE],
    ['crm.inbox', 'crm', null],
    ['shop.inbox', '', MESSAGE],
    ['mes.work-order', 'DONE', MESSAGE],
    ['mes.late-mark', '', null],
    ['crm.projection', 'refused packed', MESSAGE],
    ['crm.delay', '3 late untold', MESSAGE],
    ['crm.delay', '3 late told', null],
    ['crm.order', '3 APPROVED early', null],
  ])('%s: "%s"', (hop, state, messageId) => {
    expect(() => accountOf(ORDER, [row(hop, state, messageId)])).toThrow(ViewRowUnreadableError);
    expect(() => accountOf(ORDER, [row(hop, state, messageId)])).toThrow(hop);
  });
});

test('of two runs of a workflow the later one counts', () => {
  const run = (startedAt: number, status: WorkflowSeen['status']): WorkflowSeen => ({
    source: 'workflow',
    orderId: ORDER,
    status,
    startedAt,
    closedAt: null,
  });
  const runs = [run(5, 'COMPLETED'), run(9, 'RUNNING'), run(7, 'TERMINATED')];
  expect(accountOf(ORDER, runs).workflow?.status).toBe('RUNNING');
});

test('outbox rows stand in the order of their lane, even beyond 2^53', () => {
  const states = ['1/9007199254740995', '1/9007199254740993', '1/20'].map((place) => `${place} shop.orders shop.x`);
  const account = accountOf(
    ORDER,
    states.map((state) => row('shop.outbox', state)),
  );
  expect(account.written.map((message) => message.seq)).toEqual([20n, 9007199254740993n, 9007199254740995n]);
});

test('every view has a name of its own', () => {
  const views = Object.values(VIEW_HOPS).flat().map(viewOf);
  expect(new Set(views).size).toBe(views.length);
  expect(viewOf('mes.work-order')).toBe('ledger.mes_work_order');
});
