export type { MessageChoice } from './admin/choice.ts';
export type {
  ConsumerKey,
  ConsumerMessageChoice,
  ConsumerParkedKeyStatus,
  ConsumerParkedMessage,
  ConsumersAdmin,
} from './admin/consumers.ts';
export { type AdminOptions, createAdmin, type OutboxAdmin, type ParkedKeyStatus } from './admin/create-admin.ts';
export type { DoctorOptions } from './admin/doctor/doctor.ts';
export type { Finding, FindingCode } from './admin/doctor/findings.ts';
export type { TopicDescription, TopicInspector } from './admin/doctor/topics.ts';
export type { ConsumerLag, OffsetInspector } from './admin/look/consumer-lag.ts';
export type { GapHolder, ShardGaps } from './admin/look/gaps.ts';
export type { ShardLag } from './admin/look/lag.ts';
export type { OutboxStatus, StatusOptions } from './admin/look/status.ts';
export type { Adoption, AdoptOptions, ShardAdoption } from './admin/rewind/adopt.ts';
export type { Replay, ReplayOptions, ShardReplay } from './admin/rewind/replay.ts';
export type { Sample, VerifiedMessage, VerifyReport } from './admin/verify/report.ts';
export type { VerifyOptions } from './admin/verify/verify.ts';
export {
  type Consumer,
  type ConsumerOptions,
  type ConsumerProblem,
  type ConsumerStatus,
  createConsumer,
  type DataIssue,
  type EventHandler,
  type FailureVerdict,
  type HandlerContext,
  type HandlerOptions,
  type HandlerTransaction,
  on,
  type PartitionStatus,
  type ReceivedEvent,
  type RetryPolicy,
  type UnknownEvents,
  type Upcaster,
  upcast,
} from './consumer/index.ts';
export type { Connection, Database, NamedStatement, Queryable, StatementResult } from './database/port.ts';
export { defineEvent, type EventData, type EventDefinition } from './event/index.ts';
export { uuidv7 } from './id/uuidv7.ts';
export type { LoginGrant, Purpose } from './migrate/grants.ts';
export { type MigrateOptions, type MigrateResult, migrate, migrationSql } from './migrate/migrate.ts';
export type {
  FailureKind,
  OutgoingMessage,
  Publisher,
  PublishFailure,
  PublishResult,
} from './publisher/index.ts';
export type { PollPace } from './reader/poll-pace.ts';
export { createRelay, type Relay } from './relay/create-relay.ts';
export type { RelayOptions } from './relay/options.ts';
export type { ParkedStatus, RelayProblem, RelayStatus, ShardStatus, WaitingStatus } from './relay/status.ts';
export { createRetention, type Retention, type RetentionOptions } from './retention/create-retention.ts';
export type {
  InboxSlotOutcome,
  InboxSlotStatus,
  RetentionProblem,
  RetentionStatus,
  SlotOutcome,
  SlotStatus,
} from './retention/status.ts';
export type { Backoff } from './subscriber/backoff.ts';
export type {
  FetchedMessage,
  FetchedRange,
  OffsetRange,
  SubscribeRequest,
  Subscriber,
  SubscriberListener,
  Subscription,
  TopicPartition,
} from './subscriber/index.ts';
export {
  createOutbox,
  type Outbox,
  type OutboxOptions,
  type WriteManyOptions,
  type WriteOptions,
} from './writer/create-outbox.ts';
export type { MessageInput } from './writer/encode.ts';
export type { KyselyTransaction, OutboxTransaction, TransactionQuery } from './writer/transaction.ts';
