import { stripVTControlCharacters } from 'node:util';
import { nameOf, type TestChoice } from './mutant.ts';

/** The part of Jest's `--json` report that is judged. */
export interface JestReport {
  readonly testResults: readonly {
    /** Why the file could not run, or what failed in it. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** What became of some tests. Only `failed` is a test's own finding; `broken` is code that could not even run. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'broken'; readonly why: string };

/**
 * Judges the tests that were chosen, by a report of a run that had them among others. A test that fails counts when what
 * it expected did not hold, or what it waited for did not come. A program that does not load, a type error, a statement
 * that Postgres cannot read, or a time-out of the runner prove nothing about the promise.
 */
export function judge({ testResults }: JestReport, choice: TestChoice): Verdict {
  const name = nameOf(choice);
  const chosen = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, fullName }) => fullName.includes(name) && (status === 'passed' || status === 'failed'));
  const failures = chosen
    .filter(({ status }) => status === 'failed')
    .flatMap(({ failureMessages }) => failureMessages ?? [])
    .map(stripVTControlCharacters);
  const finding = failures.find(isFinding);
  if (finding !== undefined) return { kind: 'failed', why: headOf(finding) };
  if (failures.length > 0) return { kind: 'broken', why: headOf(failures[0] ?? '') };
  if (chosen.length > 0) return { kind: 'passed' };
  const why = testResults.map(({ message }) => stripVTControlCharacters(message)).join('\n');
  return { kind: 'broken', why: headOf(why) || `${choice.file} has no test "${name}"` };
}

/** Words of Jest's matchers, of `waitFor` and of fast-check (which says what it got). */
const FINDINGS = [/\bexpect\(/, /^Error: waited \d+ ms for /];

const isFinding = (failure: string): boolean => FINDINGS.some((finding) => finding.test(failure));

const LINES = 12;

const headOf = (text: string): string => text.trim().split('\n').slice(0, LINES).join('\n');
