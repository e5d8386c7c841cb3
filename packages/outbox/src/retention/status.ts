/**
 * What the last look at a slot came to. `current`: writers are in it, or it is too young. `unpublished`: something in it was
 * not published. `locked`: somebody still writes or reads there. The last two are tried again.
 */
export type SlotOutcome = 'emptied' | 'empty' | 'current' | 'unpublished' | 'locked';

/** A slot of the table of messages, which holds those of a day. */
export interface SlotStatus {
  readonly slot: number;
  /** Days since it was the current one; 0 for the one that is written to. */
  readonly age: number;
  /** What it takes on disk with its index, before it was emptied. */
  readonly bytes: number;
  readonly outcome: SlotOutcome;
}

/**
 * What the last look at a slot of the inbox came to. `kept`: a consumer needs an id in it. `thinned`: the same, but what is
 * long past was deleted. `locked`: somebody is at work there. The last two are tried again.
 */
export type InboxSlotOutcome = 'emptied' | 'empty' | 'kept' | 'thinned' | 'locked';

/** A slot of the inbox holds the ids of a day, and of every 16th day before and after. */
export interface InboxSlotStatus {
  readonly slot: number;
  /** What it took on disk with its index, before the look. */
  readonly bytes: number;
  readonly outcome: InboxSlotOutcome;
}

/** It can be turned into JSON. */
export interface RetentionStatus {
  readonly state: 'new' | 'running' | 'stopping' | 'stopped';
  /** As of the last look; empty before the first. */
  readonly slots: readonly SlotStatus[];
  /** The same of the inbox. */
  readonly inbox: readonly InboxSlotStatus[];
  /** What keeps it from looking, until it is over. */
  readonly trouble: { readonly message: string; readonly since: string } | null;
}

/** Something that went wrong and that retention deals with: Postgres does not answer, or refuses. It is tried again. */
export interface RetentionProblem {
  readonly kind: 'database';
  readonly error: Error;
}
