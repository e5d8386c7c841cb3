import type { PROMISES } from '../mutant.ts';

/** One promise as users are told of it. What proves it are the mutants that break it, and the tests that find them. */
export interface Guarantee {
  readonly promise: keyof typeof PROMISES;
  readonly title: string;
  /** What holds, and where it ends. */
  readonly says: string;
  /** Why it holds, in a few sentences. */
  readonly because: string;
  /** Where the whole argument is: a document of `docs`, with a heading if it has one of its own. */
  readonly argument?: string;
  /** Tests that no mutant names: of what only a benchmark or a whole run can show. */
  readonly also?: readonly { readonly file: string; readonly test: string }[];
}
