import type { FactoryProvider, InjectionToken, ModuleMetadata, Type } from '@nestjs/common';
import type { Pool } from 'pg';
import type { ConsumerOptions } from '../consumer/create-consumer.ts';
import type { RelayOptions } from '../relay/options.ts';
import type { RetentionOptions } from '../retention/create-retention.ts';
import type { OutboxOptions } from '../writer/create-outbox.ts';
import type { Patience } from './health/patience.ts';

/** What every part of one outbox has in common, and is said once. */
type Shared = 'db' | 'schemaName';

/** One outbox of an application: a database, and what the application does with it. */
export interface OutboxModuleOptions extends Pick<OutboxOptions, 'source' | 'schemaName' | 'maxMessageBytes'> {
  /** The database with the outbox and the inbox. Relay, consumer and retention share the pool. */
  readonly db: Pool;
  /** Publishes what was written. Without it, another process must. */
  readonly relay?: Omit<RelayOptions, Shared>;
  /**
   * Calls the application's `@OnEvent` methods. `false` says that this process has such methods and does not consume;
   * leave it out when there are none.
   */
  readonly consumer?: Omit<ConsumerOptions, Shared | 'handlers'> | false;
  /** Frees the space of messages that were published; `{}` for its defaults. */
  readonly retention?: Omit<RetentionOptions, Shared>;
  /** How long something may be wrong before the health indicators call it unhealthy. */
  readonly health?: Partial<Patience>;
  /** Ended when everything that uses them has stopped. Give them here, or end them in a module that this one imports. */
  readonly pools?: readonly ClosablePool[];
}

/** A `pg.Pool`, or anything else to be closed last. */
export interface ClosablePool {
  /** Resolves when its connections are closed. */
  end(): Promise<unknown>;
}

/** The name of an outbox, for applications with more than one. */
export interface OutboxName {
  /** Default `default`. */
  readonly name?: string;
}

/** Makes the options of an outbox, as a provider of the application. */
export interface OutboxOptionsFactory {
  /** Called once. What it throws ends the start of the application. */
  createOutboxOptions(): OutboxModuleOptions | Promise<OutboxModuleOptions>;
}

/** A function that makes the options, and what it is called with. */
export interface OutboxOptionsByFactory {
  /** What the factory is called with, in order. */
  readonly inject?: FactoryProvider['inject'];
  /** Makes the options. What it throws ends the start of the application. */
  readonly useFactory: (...dependencies: never[]) => OutboxModuleOptions | Promise<OutboxModuleOptions>;
}

/** A class that makes the options. It is made for this, and injects what `imports` export. */
export interface OutboxOptionsByClass {
  readonly useClass: Type<OutboxOptionsFactory>;
}

/** A provider of the application that makes the options, by its class or token. */
export interface OutboxOptionsByExisting {
  readonly useExisting: InjectionToken<OutboxOptionsFactory>;
}

/** Options that need what the application provides. */
export type OutboxModuleAsyncOptions = OutboxName &
  Pick<ModuleMetadata, 'imports'> &
  (OutboxOptionsByFactory | OutboxOptionsByClass | OutboxOptionsByExisting);
