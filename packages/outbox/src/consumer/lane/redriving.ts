import { type Backoff, backoffMs } from '../../subscriber/backoff.ts';
import type { TopicPartition } from '../../subscriber/index.ts';
import type { PlacedEvent } from '../message/calls.ts';
import { CRASHES, type Doubt } from '../parking/doubt.ts';
import type { RedriveRunner, Taken } from '../parking/redrive.ts';
import { countCollision } from './collisions.ts';
import { crashed, type FailingMessage, failAgain, type PolicyOf } from './failing.ts';

export interface RedrivingDependencies {
  readonly redrive: RedriveRunner;
  /** Writes down that a parked message failed again, and takes the request back. Rejects when the database does not answer. */
  readonly refuse: (partition: TopicPartition, key: Buffer, failing: FailingMessage) => Promise<void>;
  readonly doubt: Doubt;
  readonly policyOf: PolicyOf;
  readonly observer: {
    parked(failing: FailingMessage): void;
    redriven(messages: number, done: readonly PlacedEvent[]): void;
    databaseFailed(error: Error): void;
  };
  /** The most messages in one transaction. */
  readonly limit: number;
}

/** One partition's way back from the parking, a turn at a time. */
export interface Redriving {
  /** Somebody asked for a redrive. Whether that is news. */
  want(): boolean;
  /** How long until the next turn is due; null while nothing is asked for. */
  waitMs(): number | null;
  /** Whether what comes next may have killed a consumer: then a turn has to have the process to itself. */
  suspected(): boolean;
  turn(alone: boolean, signal: AbortSignal): Promise<void>;
}

const TROUBLE_RETRY: Backoff = { firstMs: 50, maxMs: 5_000 };

/**
 * A turn that fails is narrowed, as a batch is: to what stands before the message at fault, then to that message alone. If
 * it fails alone, what was asked for is taken back, unless the error says that it is not the message's fault.
 */
export function openRedriving(
  partition: TopicPartition,
  wanted: boolean,
  dependencies: RedrivingDependencies,
): Redriving {
  const { redrive, refuse, doubt, policyOf, observer } = dependencies;
  let asked = wanted;
  let limit = dependencies.limit;
  let troubles = 0;
  let notBefore = 0;
  let suspected = false;
  let failing: FailingMessage | null = null;

  const trouble = (error: Error | null): void => {
    troubles += 1;
    notBefore = performance.now() + backoffMs(troubles, TROUBLE_RETRY);
    if (error !== null) {
      observer.databaseFailed(error);
    }
  };

  /** Writes down that a redrive begins. False when there is none to begin, or it killed too many already. */
  const begin = async (): Promise<boolean> => {
    const next = await doubt.triesRedrive(partition);
    if (next === null) {
      asked = false;
      return false;
    }
    const { key, crashes, offset } = next;
    suspected = crashes > 0;
    if (suspected) {
      limit = 1;
    }
    if (crashes < CRASHES || offset === null) {
      return true;
    }
    const killer = crashed({ offset, id: null, type: null, key: key.toString('utf8') }, crashes);
    await refuse(partition, key, killer);
    observer.parked(killer);
    return false;
  };

  const failed = async ({ key, messages }: Taken, at: number | null, error: Error): Promise<void> => {
    const [message] = messages;
    if (message === undefined || messages.length > 1) {
      limit = Math.max(1, at ?? Math.floor(messages.length / 2));
      return;
    }
    failing = failAgain(failing, { message, error, alone: true }, policyOf);
    if (failing.counted === 0 && message.kind !== 'fault') {
      notBefore = performance.now() + failing.waitMs;
      return;
    }
    await refuse(partition, key, failing);
    observer.parked(failing);
    failing = null;
    limit = dependencies.limit;
  };

  return {
    want() {
      const news = !asked;
      asked = true;
      return news;
    },
    waitMs: () => (asked ? Math.max(0, notBefore - performance.now()) : null),
    suspected: () => suspected,
    async turn(alone, signal) {
      const begun = await begin().catch(trouble);
      if (!begun || (suspected && !alone)) {
        return;
      }
      const { outcome: ended, taken } = await redrive(partition, limit, signal);
      const outcome = countCollision(ended, troubles);
      switch (outcome.kind) {
        case 'committed':
          troubles = 0;
          asked = taken !== null;
          limit = Math.min(dependencies.limit, limit * 2);
          if (taken !== null && taken.messages.length > 0) {
            observer.redriven(taken.messages.length, outcome.done);
          }
          return;
        case 'failed':
          troubles = 0;
          if (taken !== null) {
            await failed(taken, outcome.at, outcome.error).catch(trouble);
          }
          return;
        case 'moved':
        case 'abandoned':
          return;
        case 'contended':
        case 'collided':
          trouble(null);
          return;
        case 'unavailable':
          trouble(outcome.error);
      }
    },
  };
}
