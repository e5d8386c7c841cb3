import { EventTooOldError } from '../errors.ts';
import type { PlacedEvent } from '../message/calls.ts';
import type { BatchOutcome } from './outcome.ts';

/** The outcome of a transaction that met an event of which nobody can know whether it was handled. */
export const failedAsTooOld = (
  { place, message: { envelope } }: PlacedEvent,
  inboxFrom: string,
): BatchOutcome & { readonly kind: 'failed' } => ({
  kind: 'failed',
  at: place,
  error: new EventTooOldError(
    `${envelope.type} ${envelope.id} is of ${envelope.time}, and ids from before ${inboxFrom} are kept no longer: ` +
      'it may have been handled before',
  ),
});
