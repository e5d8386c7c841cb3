import { describe, expect, test } from '@jest/globals';
import { judge } from './verdict.ts';

const choice = { file: 'src/it.spec.ts', within: 'it', test: 'holds' };

const reportOf = (failure: string | undefined, fullName = 'it holds, always') => ({
  testResults: [
    {
      message: failure ?? '',
      assertionResults: [
        {
          status: failure === undefined ? 'passed' : 'failed',
          fullName,
          failureMessages: failure === undefined ? [] : [failure],
        },
        { status: 'failed', fullName: 'it does more', failureMessages: ['expect(received).toBe(expected)'] },
        { status: 'pending', fullName: 'it holds not', failureMessages: [] },
      ],
    },
  ],
});

describe('a run of chosen tests', () => {
  test('passed, whatever became of others', () => {
    expect(judge(reportOf(undefined), choice)).toEqual({ kind: 'passed' });
  });

  test.each([
    ['an expectation', 'Error: \u001b[2mexpect(\u001b[22mreceived).toEqual(expected)\n\nExpected: 1'],
    ['a wait', 'Error: waited 20000 ms for all messages; last answer: false\n    at waitFor'],
    [
      'a property',
      'Error: Property failed after 3 tests\n{ seed: 1 }\nGot JestAssertionError: expect(received).toBe(1)',
    ],
  ])('failed by %s', (_, failure) => {
    expect(judge(reportOf(failure), choice)).toMatchObject({ kind: 'failed', why: expect.any(String) });
  });

  test.each([
    ['a mistake in the code', 'TypeError: missing is not iterable\n    at GapTracker'],
    ['a statement Postgres cannot read', 'error: syntax error at or near "AND"'],
    ['the time-out of the runner', 'Error: thrown: "Exceeded timeout of 5000 ms for a test."'],
    ['a property that meets a mistake', 'Error: Property failed after 1 tests\nGot TypeError: a is not a function'],
  ])('proves nothing when it ends with %s', (_, failure) => {
    expect(judge(reportOf(failure), choice)).toMatchObject({ kind: 'broken', why: failure });
  });

  test('proves nothing when the file does not load', () => {
    const report = { testResults: [{ message: 'SyntaxError: Unexpected token', assertionResults: [] }] };
    expect(judge(report, choice)).toEqual({ kind: 'broken', why: 'SyntaxError: Unexpected token' });
  });

  test('proves nothing when there is no such test', () => {
    expect(judge({ testResults: [] }, choice)).toEqual({
      kind: 'broken',
      why: 'src/it.spec.ts has no test "it holds"',
    });
  });
});
