/** Stable names of what `doctor` finds. */
export type FindingCode =
  | 'POSTGRES_TOO_OLD'
  | 'SERVER_STANDBY'
  | 'SCHEMA_OUTDATED'
  | 'SCHEMA_NEWER'
  | 'CLUSTER_CHANGED'
  | 'SEQUENCE_UNSAFE'
  | 'SEQUENCE_BEHIND'
  | 'RELAY_MISSING'
  | 'GAP_HELD'
  | 'SLOT_UNPUBLISHED'
  | 'SLOT_HELD'
  | 'SLOT_NOT_EMPTIED'
  | 'GRANT_MISSING'
  | 'KEY_PARKED'
  | 'EVENT_PARKED'
  | 'POSITION_OUT_OF_RANGE'
  | 'CLOCKS_APART'
  | 'TOPICS_UNREADABLE'
  | 'TOPIC_MISSING'
  | 'TOPIC_UNDERREPLICATED'
  | 'TOPIC_ACKNOWLEDGED_EARLY'
  | 'INBOX_TOO_SHORT'
  | 'INBOX_HELD';

/** Something that needs somebody. It can be turned into JSON. */
export interface Finding {
  /** Stable, for programs. */
  readonly code: FindingCode;
  /** An error breaks a promise or stops the outbox; a warning will, sooner or later. */
  readonly severity: 'error' | 'warning';
  /** What it is about: a shard, a slot, a topic, a login; empty when it is about everything. */
  readonly subject: string;
  /** What was seen. */
  readonly seen: string;
  /** What follows from it. */
  readonly meaning: string;
  /** What to do about it. */
  readonly advice: string;
}

/** What a finding is about, whatever was seen. */
interface Kind {
  readonly severity: Finding['severity'];
  readonly meaning: string;
  readonly advice: string;
}

/** Everything `doctor` can find; docs/operating.md lists the same. */
export const FINDINGS: Readonly<Record<FindingCode, Kind>> = {
  POSTGRES_TOO_OLD: {
    severity: 'error',
    meaning: 'This version of Postgres was never tried, and statements of this package may not exist there.',
    advice: 'Use Postgres 15 or newer.',
  },
  SERVER_STANDBY: {
    severity: 'error',
    meaning: 'A standby may lie behind what was published; relays refuse it, and nothing can be written.',
    advice: 'Connect to the primary.',
  },
  SCHEMA_OUTDATED: {
    severity: 'error',
    meaning: 'The tables are older than this package.',
    advice: 'Run bezel-outbox migrate.',
  },
  SCHEMA_NEWER: {
    severity: 'warning',
    meaning:
      'The tables were migrated by a newer version of this package. Older services go on working, this tool may not know everything.',
    advice: 'Update the services, and run the doctor of the newer version.',
  },
  CLUSTER_CHANGED: {
    severity: 'error',
    meaning: 'The database was moved to another cluster. Sequences may be behind, so relays refuse to run.',
    advice: 'Run bezel-outbox adopt before anything writes.',
  },
  SEQUENCE_UNSAFE: {
    severity: 'error',
    meaning:
      'The sequence is missing or leaves numbers out, so that a missing number proves nothing. Relays refuse to run.',
    advice: 'ALTER SEQUENCE … INCREMENT 1 CACHE 1 NO CYCLE. A missing one must be made with the shard’s newest number.',
  },
  SEQUENCE_BEHIND: {
    severity: 'error',
    meaning: 'The sequence hands out numbers that were used: new messages are never read, or writing fails.',
    advice: 'Stop writers and run bezel-outbox adopt. Logical replication does not copy sequences.',
  },
  RELAY_MISSING: {
    severity: 'error',
    meaning: 'No relay renews its leases: nothing is published.',
    advice: 'Start a relay, or look at the log of the one that should run.',
  },
  GAP_HELD: {
    severity: 'warning',
    meaning:
      'A transaction that has written is open for long. Its messages wait, others do not; its slot cannot be emptied.',
    advice:
      'End it: commit or roll back, or pg_terminate_backend; COMMIT PREPARED or ROLLBACK PREPARED for a prepared one.',
  },
  SLOT_UNPUBLISHED: {
    severity: 'error',
    meaning: 'Messages that should be long gone are not published, so their slot grows and is never emptied.',
    advice: 'Look at bezel-outbox lag and gaps: a shard that nobody publishes, a transaction that is open for days.',
  },
  SLOT_HELD: {
    severity: 'warning',
    meaning: 'A transaction holds the slot, which could be emptied otherwise.',
    advice: 'End the transaction: one that wrote there, a dump, a long report.',
  },
  SLOT_NOT_EMPTIED: {
    severity: 'warning',
    meaning: 'Everything in the slot is published and nobody empties it.',
    advice: 'Run createRetention in one of the services, or look at the log of the one that should.',
  },
  GRANT_MISSING: {
    severity: 'error',
    meaning: 'The login lacks a right for what it does; the service fails when it comes to use it.',
    advice: 'Make the login if there is none, then run bezel-outbox migrate with the same --grant-to.',
  },
  KEY_PARKED: {
    severity: 'warning',
    meaning: 'Kafka refused a message for good. It and all that follow it with its key are held back.',
    advice: 'Mend the cause that bezel-outbox parked names, then bezel-outbox redrive.',
  },
  EVENT_PARKED: {
    severity: 'warning',
    meaning: 'A consumer could not handle an event. It and all that follow it with its key are held back.',
    advice:
      'Mend the cause that bezel-outbox parked names, then bezel-outbox redrive --group; its --discard gives the event up.',
  },
  POSITION_OUT_OF_RANGE: {
    severity: 'error',
    meaning:
      'Events were removed from the topic before the group handled them, or the topic was made anew. Its consumer stands still there.',
    advice:
      'Let the writer send again what its table still has: bezel-outbox replay. To go on with what is left: outOfRange: earliest of the consumer.',
  },
  CLOCKS_APART: {
    severity: 'warning',
    meaning:
      'Ages and delays that are displayed are wrong by as much. If the database is an hour ahead, brokers refuse all messages: they wait.',
    advice: 'Synchronize both clocks (NTP).',
  },
  TOPICS_UNREADABLE: {
    severity: 'error',
    meaning: 'Kafka did not answer, or did not let this login ask, so topics were not looked at.',
    advice: 'If the brokers and the login named here are right, relays and consumers may have the same trouble.',
  },
  TOPIC_MISSING: {
    severity: 'error',
    meaning: 'Messages of this topic wait until it exists.',
    advice: 'Create the topic.',
  },
  TOPIC_UNDERREPLICATED: {
    severity: 'warning',
    meaning: 'Fewer brokers than promised have a copy: what was published can be lost with them.',
    advice: 'Raise the topic’s replicas, or look for the broker that is away.',
  },
  TOPIC_ACKNOWLEDGED_EARLY: {
    severity: 'warning',
    meaning: 'A message counts as published when a single broker has it, and is lost with that broker.',
    advice: 'Set min.insync.replicas of the topic to 2.',
  },
  INBOX_TOO_SHORT: {
    severity: 'warning',
    meaning:
      'The topic keeps messages longer than consumers remember having handled them: what is read again after that is not known to be a repeat.',
    advice:
      'Lower retention.ms and segment.ms of the topic (a message goes with its segment), or raise inboxDays of its consumers.',
  },
  INBOX_HELD: {
    severity: 'warning',
    meaning:
      'A position that does not move needs ids that are older than the window, so the inbox of its group keeps all of them and grows.',
    advice:
      'Start its consumer, or redrive what it has parked. When the group reads the topic no longer, or it is gone: delete its rows of consumer_position.',
  },
};

export const finding = (code: FindingCode, subject: string, seen: string): Finding => ({
  code,
  ...FINDINGS[code],
  subject,
  seen,
});
