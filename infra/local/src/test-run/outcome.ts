/** What one stage of a test run found. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Every test that was not run, with the reason. */
  readonly skipped: readonly string[];
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: [] };
export const PASSED: Outcome = { ...NOTHING, passed: 1 };
export const FAILED: Outcome = { ...NOTHING, failed: 1 };

/** Adds up what several stages found. */
export function sum(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failed: outcomes.reduce((total, { failed }) => total + failed, 0),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
  };
}

/** The part of Jest's `--json` report that is counted. */
export interface JestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts Jest's report. A file that could not run counts as one failure, and so does a run that failed without a failed
 * test (its set-up threw, say). A skipped test names its reason at the end of its name: `… [skipped: reason]`.
 */
export function outcomeOf(report: JestReport): Outcome {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'pending' || status === 'todo' || status === 'skipped')
        .map(({ fullName }) => fullName),
    ),
  };
}

/** The last lines of a run: what was skipped, if anything, then the count. */
export function summaryOf({ passed, failed, skipped }: Outcome, json: boolean): string[] {
  const count = json
    ? JSON.stringify({ passed, failed, skipped: skipped.length })
    : `${passed} passed, ${failed} failed`;
  return skipped.length === 0 ? [count] : [`${skipped.length} skipped: ${skipped.join('; ')}`, count];
}
