export { accountOf, ViewRowUnreadableError } from './account/account-of.ts';
export type {
  Claim,
  Evidence,
  HeldBack,
  MessageCopy,
  SignalSeen,
  ViewRow,
  WorkflowSeen,
  WorkflowStatus,
} from './account/evidence.ts';
export { APPS, type App, HOPS, type Hop, VIEW_HOPS, type ViewHop } from './account/hops.ts';
export type { OrderAccount } from './account/order-account.ts';
export { auditOrder } from './audit/audit-order.ts';
export { FINDING_KINDS, type Finding, type FindingKind, isDefect } from './audit/finding.ts';
export type { AuditTerms } from './audit/judge.ts';
export { AT_REST_LIMITS, type AuditLimits, WORKING_LIMITS } from './audit/limits.ts';
export { type AuditedStack, type AuditOptions, auditStack, type OrderAudit } from './audit-stack.ts';
export { type Asked, askRepairs, untilCarriedOut, type WaitOptions } from './repair/asking/ask-repairs.ts';
export { type EventRead, eventAt } from './repair/asking/event-at.ts';
export {
  AskedRepair,
  type RepairClient,
  type RepairClientOptions,
  RepairNotAskedError,
  repairClient,
} from './repair/asking/repair-client.ts';
export { type SigningIn, signedIn } from './repair/asking/sign-in.ts';
export { planRepairs } from './repair/plan-repairs.ts';
export type { Ailing } from './repair/remedies.ts';
export {
  type ByHand,
  type CopyPlace,
  type OutboxPlace,
  REPAIR_KINDS,
  type Repair,
  type RepairPlan,
} from './repair/repair.ts';
export {
  type LookOptions,
  type Repaired,
  type RepairingOptions,
  readAiling,
  repairOrder,
} from './repair/repair-order.ts';
export { ORDER_TOPICS, type OrderTopics } from './sources/topics/copy-of.ts';
export {
  openTopics,
  PartitionUnavailableError,
  type TopicMessage,
  type TopicOffsets,
  type TopicReader,
} from './sources/topics/topics.ts';
export { type ParkedKey, parkedOf } from './sources/views/parked.ts';
export { ViewUnavailableError } from './sources/views/views.ts';
export { CAUSES, Cause, type CauseCode, REPAIRS, RepairTold, StepAtWork, WhyAnswer } from './why/answer.ts';
export { explain } from './why/explain.ts';
export { readSituation } from './why/read-situation.ts';
export type { PendingStep, Situation, WorkflowAtWork } from './why/situation.ts';
