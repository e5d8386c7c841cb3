import { accountOf, type OrderAccount } from '@bezel/ledger';
import { describe, expect, test } from '@jest/globals';
import type { Acknowledged, Submission } from '../clients/records.ts';
import { findClientLosses } from './client-findings.ts';

const [A, B] = ['019b8d9c-1111-7000-8000-00000000000a', '019b8d9c-1111-7000-8000-00000000000b'];

const submission = (...orderIds: string[]): Submission => ({ index: 0, fileName: 'run-0.stl', orderIds, at: 1 });

/** An account whose outbox has messages of these types. */
const account = (orderId: string, ...types: string[]): [string, OrderAccount] => [
  orderId,
  accountOf(
    orderId,
    types.map((type, index) => ({
      source: 'view',
      orderId,
      hop: 'shop.outbox',
      messageId: `019b8d9c-2222-7000-8000-00000000000${index}`,
      state: `0/${index} shop.orders ${type}`,
      at: 1,
    })),
  ),
];

const find = (
  records: { submissions?: Submission[]; acknowledged?: Acknowledged[] },
  accounts: [string, OrderAccount][],
  byFile: [string, string[]][] = [],
) =>
  findClientLosses(
    { submissions: [], acknowledged: [], ...records },
    new Map(accounts),
    new Map(byFile.map(([name, ids]) => [name, new Set(ids)])),
  ).map(({ kind, hop, orderId }) => ({ kind, hop, orderId }));

describe('what clients wrote down', () => {
  test('agrees with a system that forgot and doubled nothing', () => {
    const acknowledged = (['accept', 'deliver'] as const).map((what) => ({ orderId: A, what }));
    const known = account(A, 'shop.order-submitted', 'shop.price-accepted', 'shop.delivery-confirmed');
    expect(find({ submissions: [submission(A)], acknowledged }, [known], [['run-0.stl', [A]]])).toEqual([]);
  });

  test('shows an order that was accepted and is not there', () => {
    expect(find({ submissions: [submission(A)] }, [])).toEqual([{ kind: 'lost', hop: 'client', orderId: A }]);
  });

  test('shows one key that was answered with two orders', () => {
    const found = find({ submissions: [submission(A, B)] }, [account(A), account(B)]);
    expect(found).toEqual([{ kind: 'doubled-effect', hop: 'client', orderId: A }]);
  });

  test('shows one submission that made two orders, though the client was told of one', () => {
    const found = find({ submissions: [submission(A)] }, [account(A)], [['run-0.stl', [A, B]]]);
    expect(found).toEqual([{ kind: 'doubled-effect', hop: 'shop.order', orderId: A }]);
  });

  test.each([
    ['accept', 'shop.price-accepted'],
    ['cancel', 'shop.cancellation-requested'],
    ['deliver', 'shop.delivery-confirmed'],
  ] as const)('shows a "%s" that was acknowledged and forgotten, or written twice', (what, type) => {
    const acknowledged = [{ orderId: A, what }];
    expect(find({ acknowledged }, [account(A)])).toEqual([{ kind: 'lost', hop: 'shop.outbox', orderId: A }]);
    expect(find({ acknowledged }, [account(A, type)])).toEqual([]);
    expect(find({ acknowledged }, [account(A, type, type)])).toEqual([
      { kind: 'doubled-effect', hop: 'shop.outbox', orderId: A },
    ]);
  });
});
