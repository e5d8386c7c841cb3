import type { RelayOptions } from '@bezel/outbox';

/**
 * How often the relay of an app looks. It shares its processors with doors and workers, and the doors nudge it after each
 * commit: a look every 5 ms, and no longer than a nudge keeps the writers quiet (50 ms), is soon enough. The outbox's own
 * pace is for a relay that has a processor to itself: about a hundred looks after each message.
 */
export const RELAY_PACE: NonNullable<RelayOptions['pace']> = { busyMs: 5, patience: 12 };
