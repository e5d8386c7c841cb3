/**
 * One thing a process can do: answer HTTP, relay the outbox, consume a topic, run a worker. A process runs any number of
 * roles, and any number of processes may run one role.
 */
export interface Role {
  /**
   * Starts working and resolves when it does. Servers it needs may be away: then it keeps trying and `health` says so.
   * `fatal` ends the process with exit code 1; it is for what trying again cannot mend.
   */
  start(fatal: (error: unknown) => void): Promise<void>;
  /**
   * Takes no new work, finishes or abandons what is running, within about 5 s. Called once, after `start` was called;
   * `start` may have failed, or still be at it.
   */
  stop(): Promise<void>;
  /**
   * Resolves when the role can do its work right now, with an object of what else there is to know, or with nothing;
   * rejects with the reason when it cannot.
   */
  health(): Promise<unknown>;
  /** A role that is done when `start` resolves, such as `migrate`. It runs before the others; alone, the process ends. */
  readonly once?: boolean;
}

/** A role as `startService` knows it. */
export interface NamedRole {
  readonly name: string;
  readonly role: Role;
}
