/** It is not known where the servers are. */
export class ServersUnknownError extends Error {
  readonly code = 'servers_unknown';
  readonly retryable = false;

  constructor(message: string) {
    super(message);
    this.name = 'ServersUnknownError';
  }
}

/**
 * Some servers are named and others are not: the others would be those of another system, and every order would look lost between
 * the two.
 */
export class ServersMixedError extends Error {
  readonly code = 'servers_mixed';
  readonly retryable = false;

  constructor(named: readonly string[], missing: readonly string[]) {
    super(
      `servers of two systems are not mixed, and the environment has ${named.join(', ')} and not ${missing.join(', ')}: name all of one system, or none for those of the stack file (--stack goes before the environment)`,
    );
    this.name = 'ServersMixedError';
  }
}
