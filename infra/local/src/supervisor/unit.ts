import type { ProcessIdentity } from '../processes/process-identity.ts';

/** Something the supervisor keeps running: a process or a container. */
export interface Unit {
  /** Unique in a stack; also the name of its log file. */
  readonly name: string;
  /** What it does, as `.bezel/stack.json` lists it. */
  readonly roles: readonly string[];
  /** URLs that are this unit's own, as `.bezel/stack.json` lists them. */
  readonly urls?: Readonly<Record<string, string>>;
  /**
   * Brings it up once. The supervisor calls it again after each end: same ports, same data. `record` is called in the
   * tick in which it exists, so that not even a SIGKILL of the supervisor leaves it unrecorded.
   */
  launch(record: (found: Found) => void): Promise<Running>;
  /** Answers once the unit does its work; throws an error that says what is missing while it does not. */
  probe(): Promise<void>;
  /**
   * It may run and do nothing, for good. The supervisor goes on asking its probe, and one that answered and then fails
   * many times in a row is ended and started again. Without it only what ends is started again.
   */
  readonly mayHang?: boolean;
}

/** How a launched unit can be found again by another process. */
export interface Found {
  readonly process?: ProcessIdentity;
  readonly container?: string;
  /** What asks the process to end; SIGTERM unless given. */
  readonly stopSignal?: NodeJS.Signals;
}

/** One run of a unit, from launch to end. */
export interface Running {
  readonly pid: number | null;
  /** Container id, when the unit is a container. */
  readonly container: string | null;
  /** Settles when the run has ended, with the reason in words ("SIGKILL", "exit code 1"). Never rejects. */
  readonly ended: Promise<string>;
  /** Asks it to end and settles when nothing of it is left; kills what remains after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}
