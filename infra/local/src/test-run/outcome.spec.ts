import { describe, expect, test } from '@jest/globals';
import { FAILED, type JestReport, outcomeOf, PASSED, sum, summaryOf } from './outcome.ts';

const report: JestReport = {
  success: false,
  numPassedTests: 3,
  numFailedTests: 1,
  numRuntimeErrorTestSuites: 0,
  testResults: [
    {
      name: 'a.spec.ts',
      assertionResults: [
        { status: 'passed', fullName: 'adds' },
        { status: 'pending', fullName: 'pulls an image [skipped: no Docker engine]' },
      ],
    },
  ],
};

describe('outcomeOf', () => {
  test('counts tests and names what was skipped', () => {
    expect(outcomeOf(report)).toEqual({
      passed: 3,
      failed: 1,
      skipped: ['pulls an image [skipped: no Docker engine]'],
    });
  });

  test('a file that could not run is a failure', () => {
    expect(outcomeOf({ ...report, numFailedTests: 0, numRuntimeErrorTestSuites: 2 }).failed).toBe(2);
  });

  test('a run that failed without a failed test is a failure', () => {
    expect(outcomeOf({ ...report, numFailedTests: 0 }).failed).toBe(1);
    expect(outcomeOf({ ...report, numFailedTests: 0, success: true }).failed).toBe(0);
  });
});

describe('summaryOf', () => {
  const all = sum([PASSED, FAILED, outcomeOf(report)]);

  test('ends with the count', () => {
    expect(summaryOf(sum([PASSED, PASSED]), false)).toEqual(['2 passed, 0 failed']);
    expect(summaryOf(all, true).at(-1)).toBe('{"passed":4,"failed":2,"skipped":1}');
  });

  test('names what was skipped on the line before', () => {
    expect(summaryOf(all, false)).toEqual([
      '1 skipped: pulls an image [skipped: no Docker engine]',
      '4 passed, 2 failed',
    ]);
  });
});
