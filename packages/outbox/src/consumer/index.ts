export type { DataIssue } from '../event/data-issues.ts';
export { type Consumer, type ConsumerOptions, createConsumer } from './create-consumer.ts';
export type { UnknownEvents } from './message/route.ts';
export {
  type EventHandler,
  type HandlerContext,
  type HandlerOptions,
  type HandlerTransaction,
  on,
  type ReceivedEvent,
} from './on.ts';
export type { FailureVerdict, RetryPolicy } from './parking/policy.ts';
export type { ConsumerProblem, ConsumerStatus, PartitionStatus } from './status.ts';
export { type Upcaster, upcast } from './upcast.ts';
