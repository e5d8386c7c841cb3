import { Logger } from '@nestjs/common';
import { type Consumer, createConsumer } from '../../consumer/create-consumer.ts';
import type { EventHandler } from '../../consumer/on.ts';
import { createRelay, type Relay } from '../../relay/create-relay.ts';
import { createRetention, type Retention } from '../../retention/create-retention.ts';
import { OutboxPartMissingError } from '../errors.ts';
import { DEFAULT_PATIENCE, type Patience } from '../health/patience.ts';
import type { ClosablePool, OutboxModuleOptions } from '../options.ts';

/**
 * What runs for one outbox: whatever its module was given options for. Look at it through `InjectOutboxParts`; it is made,
 * started and stopped by its module.
 *
 * @example
 * class Dashboard {
 *   constructor(@InjectOutboxParts() readonly parts: OutboxParts) {}
 *
 *   published() {
 *     return this.parts.relay?.status().published;
 *   }
 * }
 */
export interface OutboxParts {
  /** What its `OutboxModule` is named. */
  readonly name: string;
  /** None without the option `relay`. */
  readonly relay: Relay | undefined;
  /** None without the option `retention`. */
  readonly retention: Retention | undefined;
  /** None without the option `consumer`, and none before the application has started: only then are its handlers known. */
  readonly consumer: Consumer | undefined;
}

/** The same for the module, which makes, starts and stops it. */
export class RunningParts implements OutboxParts {
  readonly name: string;
  readonly relay: Relay | undefined;
  readonly retention: Retention | undefined;
  readonly pools: readonly ClosablePool[];
  readonly patience: Patience;
  readonly #options: OutboxModuleOptions;
  #consumer: Consumer | undefined;

  constructor(name: string, options: OutboxModuleOptions) {
    const { relay, retention, pools = [], health } = options;
    const told = tellLogger(new Logger(`Outbox ${name}`));
    this.name = name;
    this.#options = options.consumer
      ? { ...options, consumer: { onError: told('consumer'), ...options.consumer } }
      : options;
    this.relay = relay && createRelay({ onError: told('relay'), ...relay, ...shared(options) });
    this.retention = retention && createRetention({ onError: told('retention'), ...retention, ...shared(options) });
    this.pools = pools;
    this.patience = { ...DEFAULT_PATIENCE, ...health };
  }

  get consumer(): Consumer | undefined {
    return this.#consumer;
  }

  /**
   * Makes the consumer of the handlers that were found.
   *
   * @throws OutboxPartMissingError, ConsumerOptionsInvalidError
   */
  handle(handlers: readonly EventHandler[]): void {
    const { consumer } = this.#options;
    if (consumer === undefined && handlers.length > 0) {
      const types = handlers.map(({ type }) => type).join(', ');
      throw new OutboxPartMissingError(
        `there are @OnEvent methods for ${types}, and the OutboxModule '${this.name}' has no option consumer; give it one, or consumer: false if another process consumes`,
      );
    }
    if (consumer) {
      this.#consumer = createConsumer({ ...consumer, ...shared(this.#options), handlers });
    }
  }

  /** From the inside out: who feeds another starts after it. */
  async start(): Promise<void> {
    await this.relay?.start();
    this.retention?.start();
    await this.#consumer?.start();
  }
}

const shared = ({ db, schemaName }: OutboxModuleOptions) => ({ db, ...(schemaName !== undefined && { schemaName }) });

/** Where a part has no `onError` of its own: one line for each problem, with what is known beside the error. */
const tellLogger =
  (logger: Logger) =>
  (part: string) =>
  ({ error, ...known }: { readonly error: Error }): void => {
    const details = Object.entries(known).map(([name, value]) => ` ${name}=${value}`);
    logger.warn(`${part}${details.join('')}: ${error.message}`);
  };
