import type { Queryable } from '../database/port.ts';
import type { Given, OptionSpec } from './options/parse.ts';
import type { Paint } from './terminal/paint.ts';

/** What the process ends with; docs/operating.md lists them. */
export const EXIT = { done: 0, found: 1, usage: 2, failed: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command found or did. It is printed as JSON or as text, never both. */
export interface Outcome {
  /** What `--json` prints, on one line. */
  readonly document: object;
  readonly text: (paint: Paint) => string;
  /** Default 0. */
  readonly exitCode?: ExitCode;
}

export interface Context {
  readonly given: Given;
  /** The name of the schema, from `--schema`. */
  readonly schemaName: string;
  /** One connection, made for the first statement; it ends with the command. */
  readonly db: Queryable;
  readonly env: NodeJS.ProcessEnv;
}

export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** More lines, for its own help. */
  readonly details?: string;
  /** Besides those that every command has. */
  readonly options: readonly OptionSpec[];
  /** How often it is run again, in ms, for a live view; undefined for once. */
  everyMs?(given: Given): number | undefined;
  run(context: Context): Promise<Outcome>;
}
