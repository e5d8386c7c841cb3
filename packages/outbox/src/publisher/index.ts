export type { FailureKind, OutgoingMessage, Publisher, PublishFailure, PublishResult } from './publisher.ts';
