import { OutboxPartMissingError } from '../errors.ts';
import type { OutboxParts } from '../running/outbox-parts.ts';
import { DEFAULT_NAME } from '../tokens.ts';
import { consumerDetails, consumerSymptoms } from './consumer-symptoms.ts';
import type { Clocks } from './part-symptoms.ts';
import { type Patience, type Symptom, Watch } from './patience.ts';
import { relayDetails, relaySymptoms } from './relay-symptoms.ts';

/** A `HealthIndicatorResult` of @nestjs/terminus, which is not needed to make one. */
export type OutboxHealth<Key extends string, Details> = Record<
  Key,
  { readonly status: 'up' | 'down'; readonly message?: string } & Details
>;

/** Finds what an `OutboxModule` runs by the module's name. */
type PartsOf = (outbox: string) => OutboxParts & { readonly patience: Patience };

/** Which outbox is asked about. */
export interface OutboxHealthOptions {
  /** Default `default`. */
  readonly outbox?: string;
}

/**
 * Says how relays and consumers are, for @nestjs/terminus. It asks no server: it looks at what they do, and remembers
 * what it saw, so that trouble counts only when it lasts. The symptoms and the patience for each: docs/nestjs.md.
 *
 * @example
 * class Health {
 *   constructor(readonly checks: HealthCheckService, readonly outbox: OutboxHealthIndicator) {}
 *
 *   check() {
 *     return this.checks.check([() => this.outbox.relay('relay'), () => this.outbox.consumer('consumer')]);
 *   }
 * }
 */
export class OutboxHealthIndicator {
  readonly #partsOf: PartsOf;
  readonly #watches = new WeakMap<object, Watch>();

  /** Made by `OutboxModule`. Inject it. */
  constructor(partsOf: PartsOf) {
    this.#partsOf = partsOf;
  }

  /**
   * Down when the relay does not run, when trouble with Kafka or Postgres lasts, when a topic stays refused, or when
   * messages wait and none leaves.
   *
   * @throws OutboxPartMissingError when this application runs no relay for the outbox, OutboxUnknownError
   */
  relay<Key extends string>(key: Key, options: OutboxHealthOptions = {}) {
    const { parts, part } = this.#part('relay', options);
    const status = part.status();
    return this.#result(key, parts, part, relaySymptoms(status, clocks()), relayDetails(status));
  }

  /**
   * Down when the consumer does not run, when trouble with Kafka or Postgres lasts, when it stays outside its group, or
   * when a partition stands still.
   *
   * @throws OutboxPartMissingError when this application runs no consumer for the outbox, OutboxUnknownError
   */
  consumer<Key extends string>(key: Key, options: OutboxHealthOptions = {}) {
    const { parts, part } = this.#part('consumer', options);
    const status = part.status();
    return this.#result(key, parts, part, consumerSymptoms(status, clocks()), consumerDetails(status));
  }

  #part<Kind extends 'relay' | 'consumer'>(kind: Kind, { outbox = DEFAULT_NAME }: OutboxHealthOptions) {
    const parts = this.#partsOf(outbox);
    const part = parts[kind];
    if (part === undefined) {
      throw new OutboxPartMissingError(`the OutboxModule '${outbox}' runs no ${kind} whose health could be told`);
    }
    return { parts, part: part as NonNullable<OutboxParts[Kind]> };
  }

  #result<Key extends string, Details>(
    key: Key,
    { patience }: ReturnType<PartsOf>,
    part: object,
    symptoms: readonly Symptom[],
    details: Details,
  ): OutboxHealth<Key, Details> {
    const watch = this.#watches.get(part) ?? new Watch(patience);
    this.#watches.set(part, watch);
    const reason = watch.look(symptoms, performance.now());
    const verdict = reason === undefined ? { status: 'up' } : { status: 'down', message: reason.message };
    return { [key]: { ...verdict, ...details } } as OutboxHealth<Key, Details>;
  }
}

const clocks = (): Clocks => ({ now: performance.now(), wallNow: Date.now() });
