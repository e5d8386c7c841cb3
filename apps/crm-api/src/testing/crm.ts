import { createIdentity } from '@bezel/local/testing';
import { handlersOf } from '@bezel/outbox/nestjs';
import { createHttpApp, openDatabase } from '@bezel/service';
import request from 'supertest';
import type { CrmDatabase } from '../database/crm-database.ts';
import { OrdersModule } from '../orders/orders.module.ts';
import { OrderProjection } from '../projection/order-projection.ts';
import { crmTestDatabase } from './crm-database.ts';
import type { Told } from './told.ts';

/** The CRM's doors, and its projection by hand. */
export type Crm = Awaited<ReturnType<typeof startCrm>>;

/** The CRM's doors on a database of their own. */
export async function startCrm() {
  const clone = await crmTestDatabase();
  const identity = await createIdentity();
  const database = openDatabase<CrmDatabase>({ url: clone.url, name: 'crm-test' });
  const app = await createHttpApp({ name: 'crm-api', title: 'CRM', database, identity, module: OrdersModule });
  return {
    /** Lets the projection take these events, as the consumer would hand them over. */
    async told(events: readonly Told[]) {
      for (const { id, type, data } of events) {
        const handler = handlersOf(new OrderProjection()).find((candidate) => candidate.type === type);
        await handler?.handle({ id, data } as never, { tx: database.pool, signal: AbortSignal.any([]) } as never);
      }
    },
    async get(path: string, roles = ['sales'], tenant = 'house') {
      const token = await identity.token({ sub: 'sam', roles, tenant });
      return request(app.getHttpServer()).get(path).set('authorization', `Bearer ${token}`);
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await database.end();
      await identity[Symbol.asyncDispose]();
      await clone[Symbol.asyncDispose]();
    },
  };
}
