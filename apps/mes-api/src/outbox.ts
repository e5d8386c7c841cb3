import { OutboxModule, type OutboxModuleOptions } from '@bezel/outbox/nestjs';
import type { Database } from '@bezel/service';
import type { DynamicModule } from '@nestjs/common';
import type { MesDatabase } from './database/mes-database.ts';

/** The MES's outbox in the application of a role: the writer of its events to inject, and what else that role runs. */
export const mesOutbox = (
  { pool }: Pick<Database<MesDatabase>, 'pool'>,
  runs: Pick<OutboxModuleOptions, 'relay' | 'consumer' | 'retention'> = {},
): DynamicModule => OutboxModule.forRoot({ db: pool, source: '/bezel/mes', ...runs });
