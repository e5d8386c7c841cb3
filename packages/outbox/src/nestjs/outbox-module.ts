import type {
  DynamicModule,
  InjectionToken,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  Provider,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { createOutbox } from '../writer/create-outbox.ts';
import { OutboxHealthIndicator } from './health/health-indicator.ts';
import type {
  OutboxModuleAsyncOptions,
  OutboxModuleOptions,
  OutboxName,
  OutboxOptionsByFactory,
  OutboxOptionsFactory,
} from './options.ts';
import { RunningParts } from './running/outbox-parts.ts';
import { Outboxes } from './running/outboxes.ts';
import { DEFAULT_NAME, outboxPartsToken, outboxToken } from './tokens.ts';

/** What all outboxes of an application share. One object, so that Nest takes it for one module however often it is imported. */
class OutboxSharedModule {}
const SHARED: DynamicModule = {
  module: OutboxSharedModule,
  global: true,
  imports: [DiscoveryModule],
  providers: [
    {
      provide: Outboxes,
      useFactory: (discovery: DiscoveryService) => new Outboxes(discovery),
      inject: [DiscoveryService],
    },
    {
      provide: OutboxHealthIndicator,
      useFactory: (outboxes: Outboxes) => new OutboxHealthIndicator((name) => outboxes.get(name)),
      inject: [Outboxes],
    },
  ],
  exports: [Outboxes, OutboxHealthIndicator],
};

/** What others inject of one outbox. */
class OutboxProvidersModule {}

/**
 * An outbox in a Nest application: its writer to inject, its relay, consumer and retention from the start of the
 * application to its end. Import it once for each outbox, last in the root module: modules above it in that list start before
 * it and stop after it. What it provides can be injected everywhere.
 *
 * `app.enableShutdownHooks()` and `app.close()` stop it: HTTP first, then consumers, then relays, then pools.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class OutboxModule {
  /**
   * With options that are known at once.
   *
   * @example
   * const imported = OutboxModule.forRoot({
   *   db: pool,
   *   source: '/shop',
   *   relay: { publisher: kafkajsPublisher({ brokers, clientId: 'shop' }) },
   *   retention: {},
   * });
   */
  static forRoot({ name, ...options }: OutboxName & OutboxModuleOptions): DynamicModule {
    return moduleOf(name, {}, { useValue: options });
  }

  /**
   * With options that a function makes of what the application provides; or a class, `useClass`; or a provider that is
   * there, `useExisting`: both have a method `createOutboxOptions`.
   *
   * @example
   * const imported = OutboxModule.forRootAsync({
   *   inject: ['POOL'],
   *   useFactory: (db: typeof pool) => ({ db, source: '/shop' }),
   * });
   */
  static forRootAsync({ name, imports = [], ...made }: OutboxModuleAsyncOptions): DynamicModule {
    const by = Symbol(`what makes the options of the outbox ${name ?? DEFAULT_NAME}`);
    const byObject = (token: InjectionToken): Given => ({
      inject: [token],
      useFactory: (factory: OutboxOptionsFactory) => factory.createOutboxOptions(),
    });
    if ('useClass' in made) {
      return moduleOf(name, { imports, providers: [{ provide: by, useClass: made.useClass }] }, byObject(by));
    }
    return moduleOf(name, { imports }, 'useExisting' in made ? byObject(made.useExisting) : { inject: [], ...made });
  }
}

type Given = { readonly useValue: OutboxModuleOptions } | Required<OutboxOptionsByFactory>;

function moduleOf(
  name: string = DEFAULT_NAME,
  { imports = [], providers: before = [] }: Pick<DynamicModule, 'imports' | 'providers'>,
  given: Given,
): DynamicModule {
  const [options, parts] = [Symbol(`options of the outbox ${name}`), outboxPartsToken(name)];
  const providers: Provider[] = [
    ...before,
    { provide: options, ...given } as Provider,
    {
      provide: parts,
      inject: [options, Outboxes],
      useFactory(given: OutboxModuleOptions, outboxes: Outboxes) {
        const made = new RunningParts(name, given);
        outboxes.add(made);
        return made;
      },
    },
    {
      provide: outboxToken(name),
      inject: [options],
      useFactory: ({ source, db, schemaName, maxMessageBytes }: OutboxModuleOptions) =>
        createOutbox({
          ...{ source, db },
          ...(schemaName !== undefined && { schemaName }),
          ...(maxMessageBytes !== undefined && { maxMessageBytes }),
        }),
    },
  ];
  // Nest starts global modules first and stops them last. What lives is therefore not global: only what is injected is.
  return {
    module: OutboxModule,
    imports: [
      SHARED,
      {
        module: OutboxProvidersModule,
        global: true,
        imports,
        providers,
        exports: [parts, outboxToken(name)],
      },
    ],
    providers: [{ provide: Symbol(`life of the outbox ${name}`), inject: [Outboxes, parts], useFactory: life }],
  };
}

/** Nest closes its HTTP server after `beforeApplicationShutdown` and before `onApplicationShutdown`. */
const life = (outboxes: Outboxes, parts: RunningParts): OnApplicationBootstrap & OnApplicationShutdown => ({
  onApplicationBootstrap: () => outboxes.start(parts),
  onApplicationShutdown: () => outboxes.stop(),
});
