export {
  ConsumerOptionsInvalidError,
  ConsumerStoppedError,
  DatabaseUnresponsiveError,
  EventDataInvalidError,
  EventHeadersInvalidError,
  EventTooOldError,
  EventUnknownError,
  EventVersionUnknownError,
  HandlerCrashedError,
  HandlerTimeoutError,
  HandlerTransactionClosedError,
  HandlerTransactionControlError,
  HandlerTransactionFailedError,
  ParkedOffsetTakenError,
  PositionHeldError,
  PositionOutOfRangeError,
} from '../consumer/errors.ts';
export { StatementTimeoutError } from '../database/statement.ts';
export { RangeTooLargeError, SequenceBusyError, TopicUnreadableError } from './operating.ts';
export { OutboxError } from './outbox-error.ts';
export {
  ClusterChangedError,
  GrantMissingError,
  RelayStateError,
  SchemaOutdatedError,
  SequenceUnsafeError,
  ServerReadOnlyError,
} from './relaying.ts';
export { RetentionStateError } from './retaining.ts';
export { EventInvalidError, MessageTooLargeError, NudgeUnavailableError, TransactionMissingError } from './writing.ts';
