import type { RepairClientOptions } from '../repair/asking/repair-client.ts';
import type { Given, OptionSpec } from './options/parse.ts';
import type { Servers } from './servers/servers.ts';
import type { Paint } from './terminal/paint.ts';

/**
 * What the process ends with. 0 is said only when everything was read and nothing is missing: what cannot be read is never
 * called well. Nor does it depend on whether anybody reads the output to its end.
 */
export const EXIT = {
  done: 0,
  /** An order is unaccounted for. */
  unaccounted: 1,
  usage: 2,
  /** A source cannot be read, or the command failed: nothing is known. */
  unread: 3,
  /** No source knows the order that was asked about. */
  unknown: 4,
  /** A repair could not be asked for: nobody is signed in, or is no administrator, or the shop's door is not known or does not answer. */
  notAsked: 5,
  /** As shells say it of a program that Ctrl-C ended. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command found or did. It is printed as JSON or as text, never both. */
export interface Outcome {
  /** What `--json` prints, on one line. */
  readonly document: object;
  readonly text: (paint: Paint) => string;
  /** Default: `done`. */
  readonly exitCode?: ExitCode;
  /** An error that ended it early: told on standard error, after what was found or done by then. The exit code is that of the error. */
  readonly failure?: unknown;
}

/** An answer of any length: pieces of what is printed, each as soon as it is known, and the exit code after the last. */
export type Pieces = AsyncGenerator<string, ExitCode, undefined>;

/** What a command finds of which nobody knows how much it is. It is printed as it comes, as JSON or as text, and never held. */
interface LongOutcome {
  /** All pieces together are what `--json` prints, on one line. */
  readonly jsonPieces: () => Pieces;
  readonly textPieces: (paint: Paint) => Pieces;
}

/** What a command works with. */
export interface Context {
  readonly given: Given;
  /** Where everything is that knows about orders; asked after the command line has been understood. @throws ServersUnknownError, ServersMixedError */
  readonly servers: () => Servers;
  /** Where repairs of orders on these servers are asked for, and as whom. @throws RepairNotAskedError */
  readonly door: (servers: Servers) => Pick<RepairClientOptions, 'shopUrl' | 'authorization'>;
  /** Tells how far a long run is; on a terminal one line that is written over, else a line now and then. */
  readonly progress: (line: string) => void;
  /** Aborted when the process is told to end. A command stops at its next step and throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** One subcommand: a file in `commands/`, and an entry in `commands/index.ts`. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What stands for its one argument in the help; none when absent. */
  readonly argument?: string;
  /** More lines, for its own help. */
  readonly details?: string;
  /** Besides those that every command has. */
  readonly options: readonly OptionSpec[];
  run(context: Context): Promise<Outcome | LongOutcome>;
}
