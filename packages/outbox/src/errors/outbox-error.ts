/**
 * The base of every error this package throws or tells `onError`, those of Nest and of the testing kit included. `code` is
 * stable and meant for programs, the message for people. `retryable` says whether the same call may succeed later without
 * any change; a handler that lets an error with `retryable: false` pass parks its event at once. Every code: docs/errors.md.
 *
 * @example
 * const client = await pool.connect();
 * try {
 *   await createOutbox({ source: '/shop' }).write(client, OrderPlaced, { orderId: order.id, totalMinor: '1999' });
 * } catch (error) {
 *   if (!(error instanceof OutboxError)) throw error;
 *   console.log(error.code); // TRANSACTION_MISSING
 * } finally {
 *   client.release();
 * }
 */
export abstract class OutboxError extends Error {
  /** Which error it is, in capitals: it does not change, and no two classes have the same. */
  abstract readonly code: string;
  /** Whether the same call may succeed later without any change. */
  abstract readonly retryable: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
