/**
 * The base of every error this package throws. `code` is stable and meant for programs; `retryable` says whether the
 * same call may succeed later without any change.
 */
export abstract class OutboxError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
