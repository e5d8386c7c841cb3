export {
  EventHandlerDuplicateError,
  EventHandlerScopedError,
  OutboxNameTakenError,
  OutboxPartMissingError,
  OutboxUnknownError,
} from './errors.ts';
export { type EventDecorator, type EventOf, handlersOf, OnEvent, type OnEventOptions } from './handlers/on-event.ts';
export { type OutboxHealth, OutboxHealthIndicator, type OutboxHealthOptions } from './health/health-indicator.ts';
export type { Patience } from './health/patience.ts';
export type {
  ClosablePool,
  OutboxModuleAsyncOptions,
  OutboxModuleOptions,
  OutboxName,
  OutboxOptionsByClass,
  OutboxOptionsByExisting,
  OutboxOptionsByFactory,
  OutboxOptionsFactory,
} from './options.ts';
export { OutboxModule } from './outbox-module.ts';
export type { OutboxParts } from './running/outbox-parts.ts';
export { InjectOutbox, InjectOutboxParts, outboxPartsToken, outboxToken } from './tokens.ts';
