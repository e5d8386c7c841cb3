import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What this reporter reads of Jest's result of one file. */
interface FileResult {
  readonly testFilePath: string;
  readonly numPassingTests: number;
  readonly numFailingTests: number;
  readonly numPendingTests: number;
  readonly failureMessage?: string | null;
  readonly testExecError?: { readonly message: string };
  readonly perfStats: { readonly runtime: number };
}

/** Jest's reporter of `npm test`: one line a file as it finishes, and everything about a failure. */
export default class LineReporter {
  readonly #began = performance.now();

  onTestResult(_test: unknown, result: FileResult): void {
    const { numPassingTests, numFailingTests, numPendingTests, testExecError } = result;
    const failed = numFailingTests > 0 || testExecError !== undefined;
    const counts = [
      `${numPassingTests} passed`,
      ...(numFailingTests > 0 ? [`${numFailingTests} failed`] : []),
      ...(numPendingTests > 0 ? [`${numPendingTests} skipped`] : []),
    ];
    const at = Math.round((performance.now() - this.#began) / 1_000);
    const took = (result.perfStats.runtime / 1_000).toFixed(1);
    const file = relative(process.cwd(), result.testFilePath);
    console.error(`  ${failed ? '✗' : '✓'} ${String(at).padStart(4)} s  ${file}: ${counts.join(', ')} (${took} s)`);
    if (failed) {
      console.error(
        stripVTControlCharacters(result.failureMessage ?? testExecError?.message ?? 'the file could not run'),
      );
    }
  }
}
