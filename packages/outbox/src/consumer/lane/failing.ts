import { backoffMs } from '../../subscriber/backoff.ts';
import { EventTooOldError, HandlerCrashedError, ParkedOffsetTakenError } from '../errors.ts';
import type { RoutedMessage } from '../message/route.ts';
import type { FailureVerdict, SettledPolicy } from '../parking/policy.ts';

/** How a message is tried again: as its handler says, or else as the consumer does. */
export type PolicyOf = (message: RoutedMessage) => SettledPolicy;

/** The message a partition stands at. */
export interface FailingMessage {
  readonly offset: bigint;
  readonly id: string | null;
  readonly type: string | null;
  readonly key: string | null;
  /** How often it was tried. */
  readonly attempts: number;
  /** How many of these tries count against it. */
  readonly counted: number;
  readonly error: Error;
  /** It will not be tried again: its key is parked next. */
  readonly condemned: boolean;
  /** Milliseconds until it is tried again or parked. */
  readonly waitMs: number;
}

/**
 * What one more failed try makes of a message. Only a try in which it was alone in its transaction can condemn it: in a
 * batch the fault may be another's, which left the transaction broken.
 */
export function failAgain(
  before: FailingMessage | null,
  { message, error, alone }: { message: RoutedMessage; error: Error; alone: boolean },
  policyOf: PolicyOf,
): FailingMessage {
  const { offset } = message.message;
  const same = before?.offset === offset ? before : null;
  const policy = policyOf(message);
  const verdict = verdictOn(message, error, policy);
  const attempts = (same?.attempts ?? 0) + 1;
  const counted = (same?.counted ?? 0) + (verdict === 'wait' ? 0 : 1);
  const condemned = alone && (verdict === 'park' || (verdict === 'retry' && counted >= policy.attempts));
  return {
    ...describe(message),
    attempts,
    counted,
    error,
    condemned,
    waitMs: condemned ? 0 : backoffMs(attempts, policy.backoff),
  };
}

/** A message in whose midst so many consumers ended: it is condemned without another try. */
export function crashed(message: Described, crashes: number): FailingMessage {
  const error = new HandlerCrashedError(`the process ended ${crashes} times while the message was handled`);
  return { ...message, attempts: crashes, counted: crashes, error, condemned: true, waitMs: 0 };
}

export type Described = Pick<FailingMessage, 'offset' | 'id' | 'type' | 'key'>;

export const describe = (message: RoutedMessage): Described => {
  const envelope = message.kind === 'skip' ? null : message.envelope;
  return {
    offset: message.message.offset,
    id: envelope?.id ?? null,
    type: envelope?.type ?? null,
    key: message.message.key?.toString('utf8') ?? null,
  };
};

/**
 * What an error means for its message. A fault has its own verdict; what is passed over cannot be at fault. One that cannot be
 * parked waits, whatever else is wrong with it.
 */
export function verdictOn(message: RoutedMessage, error: Error, policy: SettledPolicy): FailureVerdict {
  if (error instanceof ParkedOffsetTakenError) {
    return 'wait';
  }
  switch (message.kind) {
    case 'handle':
      return error instanceof EventTooOldError ? 'park' : policy.judge(error);
    case 'fault':
      return message.stops ? 'wait' : 'park';
    case 'skip':
      return 'wait';
  }
}
