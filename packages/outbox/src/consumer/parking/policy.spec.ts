import { expect, test } from '@jest/globals';
import { DEFAULT_POLICY, type FailureVerdict, settlePolicy } from './policy.ts';

const verdictOf = (judge: () => unknown): FailureVerdict =>
  settlePolicy({ judge: judge as () => FailureVerdict }, DEFAULT_POLICY).judge(new Error('a reason'));

test('what a judge says counts', () => {
  expect(verdictOf(() => 'park')).toBe('park');
  expect(verdictOf(() => 'wait')).toBe('wait');
  expect(verdictOf(() => 'retry')).toBe('retry');
});

test('one that throws, or answers something else, does not stand in the way of trying again', async () => {
  const thrower = () => {
    throw new Error('a bug');
  };
  expect(verdictOf(thrower)).toBe('retry');
  expect(verdictOf(() => undefined)).toBe('retry');
  expect(verdictOf(() => 'Park')).toBe('retry');
  expect(verdictOf(() => Promise.resolve('park'))).toBe('retry');
  // Nobody waits for it, so nobody would hear that it was rejected.
  expect(verdictOf(() => Promise.reject(new Error('a bug')))).toBe('retry');
  await new Promise((resolve) => setImmediate(resolve));
});
