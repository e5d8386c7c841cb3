import 'reflect-metadata';
import type { Outbox } from '@bezel/outbox';
import { outboxToken } from '@bezel/outbox/nestjs';
import type { Database } from '@bezel/service';
import { NestFactory } from '@nestjs/core';
import type { MesDatabase } from '../database/mes-database.ts';
import { mesOutbox } from '../outbox.ts';

/** The writer as the MES's controllers and activities get it. It holds nothing that would have to be closed. */
export async function injectedOutbox(database: Database<MesDatabase>): Promise<Outbox> {
  const app = await NestFactory.createApplicationContext(mesOutbox(database), { logger: false, abortOnError: false });
  const outbox = app.get<Outbox>(outboxToken());
  await app.close();
  return outbox;
}
