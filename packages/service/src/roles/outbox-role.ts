import 'reflect-metadata';
import { OutboxHealthIndicator } from '@bezel/outbox/nestjs';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NestLog } from '../http/nest-log.ts';
import type { Role } from '../service/index.ts';

/** The application of a role that publishes or consumes. */
export interface OutboxRoleOptions extends Pick<ModuleMetadata, 'imports' | 'providers'> {
  /** What its `OutboxModule` runs, and the role's health is about. */
  readonly runs: 'relay' | 'consumer';
}

class OutboxRoleModule {}

/**
 * The role of an `OutboxModule`: a Nest application of its own, without a door. It works while the relay or the consumer in
 * it is healthy by the module's own measure, which is patient with what passes.
 *
 * @example
 * outboxRole({ runs: 'relay', imports: [OutboxModule.forRoot({ db, source, relay: { publisher } })] })
 */
export function outboxRole({ runs, ...metadata }: OutboxRoleOptions): Role {
  let starting: Promise<INestApplicationContext> | undefined;
  let app: INestApplicationContext | undefined;
  return {
    async start() {
      starting = NestFactory.createApplicationContext(
        { module: OutboxRoleModule, ...metadata },
        { logger: new NestLog(), abortOnError: false },
      );
      app = await starting;
    },
    async stop() {
      // One that could not start has stopped what it had begun.
      const started = await starting?.catch(() => undefined);
      await started?.close();
    },
    async health() {
      if (app === undefined) {
        throw new Error(`the ${runs} has not started yet`);
      }
      const { status, message, ...details } = app.get(OutboxHealthIndicator)[runs](runs)[runs];
      if (status === 'down') {
        throw new Error(message);
      }
      return details;
    },
  };
}
