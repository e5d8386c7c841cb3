import { z } from 'zod';

/** Accepts the current offer; `offerId` says which one was seen, so that a newer one is not accepted unseen. */
export const AcceptBody = z
  .strictObject({ offerId: z.uuid().optional() })
  .optional()
  .transform((body) => body ?? {});
export type AcceptBody = z.output<typeof AcceptBody>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: Postgres cannot store U+0000.
const storable = /^[^\u0000]*$/;

/** Why an order is to be cancelled, in the words of whoever asks. */
export const CancelBody = z.strictObject({
  reason: z.string().trim().min(1).max(500).regex(storable, 'must not contain U+0000'),
});
export type CancelBody = z.output<typeof CancelBody>;
