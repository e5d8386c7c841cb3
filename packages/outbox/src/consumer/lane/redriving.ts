import { type Backoff, backoffMs } from '../../subscriber/backoff.ts';
import type { TopicPartition } from '../../subscriber/index.ts';
import type { PlacedEvent } from '../message/calls.ts';
import { CRASHES, type Doubt, isOver, type RedriveTry } from '../parking/doubt.ts';
import type { RedriveRunner, Taken } from '../parking/redrive.ts';
import { keyName } from '../parking/stored-message.ts';
import { countCollision } from './collisions.ts';
import { crashed, type FailingMessage, failAgain, type PolicyOf } from './failing.ts';

export interface RedrivingDependencies {
  readonly redrive: RedriveRunner;
  /** Writes down that a parked message failed again, and takes the request back. Rejects when the database does not answer. */
  readonly refuse: (partition: TopicPartition, key: Buffer, failing: FailingMessage) => Promise<void>;
  readonly doubt: Doubt;
  readonly policyOf: PolicyOf;
  readonly observer: {
    /** Only those that are tried again without being asked. */
    failed(failing: FailingMessage): void;
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
/** A service that is away is not asked for more keys than that at a time. */
const MOST_WAITING = 100;

/** A key of which a turn failed. */
interface Slowed {
  readonly key: Buffer;
  /** The most messages in its next transaction. */
  readonly limit: number;
  /** The message that has to wait; null when it is only narrowed. */
  readonly failing: FailingMessage | null;
  readonly notBefore: number;
}

/**
 * A turn that fails is narrowed, as a batch is: to what stands before the message at fault, then to that message alone. If
 * it fails alone, what was asked for is taken back, unless the error says that it is not the message's fault: then its key
 * waits, and others go on.
 */
export function openRedriving(
  partition: TopicPartition,
  wanted: boolean,
  dependencies: RedrivingDependencies,
): Redriving {
  const { redrive, refuse, doubt, policyOf, observer } = dependencies;
  let asked = wanted;
  let troubles = 0;
  let notBefore = 0;
  let suspected = false;
  /** By the key's name. */
  const slowed = new Map<string, Slowed>();

  const waiting = (): Slowed[] => [...slowed.values()].filter((key) => key.notBefore > performance.now());

  const slow = (key: Buffer, limit: number, failing: FailingMessage | null): void => {
    slowed.set(keyName(key), { key, limit, failing, notBefore: performance.now() + (failing?.waitMs ?? 0) });
  };

  const trouble = (error: Error | null): void => {
    troubles += 1;
    notBefore = performance.now() + backoffMs(troubles, TROUBLE_RETRY);
    if (error !== null) {
      observer.databaseFailed(error);
    }
  };

  /** Writes down that a redrive begins. Null when there is none to begin, or it killed too many already. */
  const begin = async (): Promise<RedriveTry | null> => {
    const notYet = waiting();
    const next = await doubt.triesRedrive(
      partition,
      notYet.map(({ key }) => key),
    );
    if (next === null) {
      asked = false;
      slowed.clear();
      for (const key of notYet) {
        slowed.set(keyName(key.key), key);
      }
      return null;
    }
    const { key, crashes, offset } = next;
    suspected = crashes > 0;
    if (crashes < CRASHES || offset === null) {
      return next;
    }
    const killer = crashed({ offset, id: null, type: null, key: key.toString('utf8') }, crashes);
    await refuse(partition, key, killer);
    observer.parked(killer);
    return null;
  };

  const failed = async ({ key, messages }: Taken, at: number | null, error: Error): Promise<void> => {
    const [message] = messages;
    if (message === undefined || messages.length > 1) {
      slow(key, Math.max(1, at ?? Math.floor(messages.length / 2)), null);
      return;
    }
    const failing = failAgain(slowed.get(keyName(key))?.failing ?? null, { message, error, alone: true }, policyOf);
    if (failing.counted === 0 && message.kind !== 'fault') {
      slow(key, 1, failing);
      observer.failed(failing);
      return;
    }
    await refuse(partition, key, failing);
    slowed.delete(keyName(key));
    observer.parked(failing);
  };

  return {
    want() {
      const news = !asked;
      asked = true;
      return news;
    },
    waitMs() {
      const notYet = waiting();
      if (!asked && slowed.size === 0) {
        return null;
      }
      const another = (asked || slowed.size > notYet.length) && notYet.length < MOST_WAITING;
      const due = another ? 0 : Math.min(...notYet.map((key) => key.notBefore));
      return Math.max(0, Math.max(due, notBefore) - performance.now());
    },
    suspected: () => suspected,
    async turn(alone, signal) {
      const begun = await begin().catch(trouble);
      if (!begun) {
        return;
      }
      const { key } = begun;
      if (suspected && !alone) {
        await doubt.redriveReturned(partition, key).catch(trouble);
        return;
      }
      const limit = suspected ? 1 : (slowed.get(keyName(key))?.limit ?? dependencies.limit);
      const { outcome: ended, taken } = await redrive(partition, key, limit, signal);
      if (isOver(ended)) {
        await doubt.redriveReturned(partition, key).catch(observer.databaseFailed);
      }
      const outcome = countCollision(ended, troubles);
      switch (outcome.kind) {
        case 'committed':
          troubles = 0;
          asked = taken !== null;
          if (limit * 2 < dependencies.limit) {
            slow(key, limit * 2, null);
          } else {
            slowed.delete(keyName(key));
          }
          if (taken !== null && taken.messages.length > 0) {
            observer.redriven(taken.messages.length, outcome.done);
          }
          return;
        case 'failed':
          if (taken === null) {
            trouble(outcome.error);
            return;
          }
          troubles = 0;
          await failed(taken, outcome.at, outcome.error).catch(trouble);
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
