import { describe, expect, test } from '@jest/globals';
import { HandlerTimeoutError } from '../errors.ts';
import type { RoutedMessage } from '../message/route.ts';
import { DEFAULT_POLICY, type RetryPolicy, settlePolicy } from '../parking/policy.ts';
import { type FailingMessage, failAgain } from './failing.ts';

const fetched = (offset = 7n) => ({ offset, key: Buffer.from('k'), value: null, headers: [] });
const handled = (offset?: bigint): RoutedMessage => ({
  kind: 'handle',
  message: fetched(offset),
  envelope: { id: 'i', type: 't', source: '/s', time: '2026-11-21T00:00:00Z', sequence: null, headers: {} },
  handler: { type: 't', topic: 'x', schema: undefined as never, upcasters: [], takes: 'one', handle: () => {} },
  upcaster: null,
});

/** Fails alone so many times; what became of it. */
function failures(message: RoutedMessage, errors: readonly Error[], policy?: RetryPolicy): FailingMessage[] {
  const settled = settlePolicy(policy, DEFAULT_POLICY);
  const all: FailingMessage[] = [];
  for (const error of errors) {
    all.push(failAgain(all.at(-1) ?? null, { message, error, alone: true }, () => settled));
  }
  return all;
}

const many = (count: number, error = new Error('no')) => Array.from({ length: count }, () => error);
const condemned = (all: readonly FailingMessage[]) => all.map((one) => one.condemned);

describe('a message that fails', () => {
  test('is condemned by its last attempt, and not before', () => {
    expect(condemned(failures(handled(), many(3), { attempts: 3 }))).toEqual([false, false, true]);
    expect(condemned(failures(handled(), many(10))).lastIndexOf(false)).toBe(8);
    expect(condemned(failures(handled(), many(50), { attempts: Number.POSITIVE_INFINITY }))).not.toContain(true);
  });

  test('is condemned at once by an error that says it is no use', () => {
    const hopeless = Object.assign(new Error('no'), { retryable: false });
    expect(failures(handled(), [hopeless])).toMatchObject([{ condemned: true, attempts: 1, waitMs: 0 }]);
    expect(condemned(failures(handled(), [new HandlerTimeoutError('slow')]))).toEqual([false]);
  });

  test('is tried for ever while the fault is not its own, and those tries do not count', () => {
    const away = new Error('away');
    const judge = (error: Error) => (error === away ? ('wait' as const) : ('retry' as const));
    const all = failures(handled(), [...many(20, away), ...many(2)], { attempts: 2, judge });
    expect(condemned(all).indexOf(true)).toBe(21);
    expect(all.at(-1)).toMatchObject({ attempts: 22, counted: 2 });
  });

  test('a judge that throws says nothing', () => {
    const judge = () => {
      throw new Error('the judge');
    };
    expect(condemned(failures(handled(), many(2), { attempts: 2, judge }))).toEqual([false, true]);
  });

  test('is not condemned by a batch it was in: another may have broken the transaction', () => {
    const hopeless = Object.assign(new Error('no'), { retryable: false });
    const policyOf = () => DEFAULT_POLICY;
    const inBatch = failAgain(null, { message: handled(), error: hopeless, alone: false }, policyOf);
    expect(inBatch).toMatchObject({ condemned: false, attempts: 1 });
    expect(failAgain(inBatch, { message: handled(), error: hopeless, alone: true }, policyOf).condemned).toBe(true);
  });

  test('begins anew at another offset', () => {
    const [before] = failures(handled(), many(1));
    const policyOf = () => DEFAULT_POLICY;
    expect(
      failAgain(before ?? null, { message: handled(8n), error: new Error('no'), alone: true }, policyOf),
    ).toMatchObject({ offset: 8n, attempts: 1, counted: 1 });
  });

  test('a fault parks, or stops its partition for good; what is passed over does neither', () => {
    const fault = (stops: boolean): RoutedMessage => ({
      kind: 'fault',
      message: fetched(),
      envelope: null,
      error: new Error('no'),
      stops,
    });
    expect(condemned(failures(fault(false), many(1)))).toEqual([true]);
    expect(condemned(failures(fault(true), many(30)))).not.toContain(true);
    expect(condemned(failures({ kind: 'skip', message: fetched() }, many(30)))).not.toContain(true);
  });
});
