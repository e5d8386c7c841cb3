/** One place in the input that does not fit: `path` in dots (`items.0.metal`), empty for the whole. */
export interface InputError {
  readonly path: string;
  readonly message: string;
}

/** What {@link ProblemError} is made of. */
export interface ProblemOptions {
  /** HTTP status, 400 or above. */
  readonly status: number;
  /** Stable, in snake case: clients branch on it. */
  readonly code: string;
  /** For people: what happened, to which order or key, and what to do. Reaches the client: no internals. */
  readonly detail: string;
  readonly errors?: readonly InputError[];
  /** Response headers such as `retry-after` or `www-authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * An answer in RFC 9457 form. Throw it anywhere below a route; the open transaction of
 * {@link Idempotency.run} rolls back.
 *
 * @example throw new ProblemError({ status: 409, code: 'order_not_priced', detail: `order ${id} has no offer yet` });
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  readonly errors: readonly InputError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: ProblemOptions) {
    super(options.detail, { cause: options.cause });
    this.status = options.status;
    this.code = options.code;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

/** Input that does not fit its schema: 400 `invalid_request`. */
export const invalidRequest = (errors: readonly InputError[], detail = 'the request does not fit its schema') =>
  new ProblemError({ status: 400, code: 'invalid_request', detail, errors });
