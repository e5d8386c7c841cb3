import { createOutbox, type Outbox } from '@bezel/outbox';
import { OutboxModule, type OutboxModuleOptions } from '@bezel/outbox/nestjs';
import type { Database } from '@bezel/service';
import type { DynamicModule } from '@nestjs/common';
import type { ShopDatabase } from './database/shop-database.ts';

const SOURCE = '/bezel/shop';

/** The shop's outbox in the application of a role: the writer of its events to inject, and what else that role runs. */
export const shopOutbox = (
  { pool }: Pick<Database<ShopDatabase>, 'pool'>,
  runs: Pick<OutboxModuleOptions, 'relay' | 'consumer' | 'retention'> = {},
): DynamicModule => OutboxModule.forRoot({ db: pool, source: SOURCE, ...runs });

/** The writer of the shop's events, where nothing injects one. */
export const shopWriter = ({ pool }: Pick<Database<ShopDatabase>, 'pool'>): Outbox =>
  createOutbox({ db: pool, source: SOURCE });
