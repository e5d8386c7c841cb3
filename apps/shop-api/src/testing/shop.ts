import type { AddressInfo } from 'node:net';
import type { OrderResource, OrderStatus, PriceOffer, Problem } from '@bezel/contracts';
import { createIdentity, testServers, waitFor } from '@bezel/local/testing';
import { OFFER_EXPIRED, type OrderMove } from '@bezel/order-workflow';
import { type Outbox, uuidv7 } from '@bezel/outbox';
import { outboxToken } from '@bezel/outbox/nestjs';
import { committedIn } from '@bezel/outbox/testing';
import { createHttpApp, openDatabase } from '@bezel/service';
import type { ShopDatabase } from '../database/shop-database.ts';
import { customersDoor } from '../doors/customers-door.ts';
import { partnersDoor } from '../doors/partners-door.ts';
import { OrdersInTemporal } from '../operations/orders-in-temporal.ts';
import { shopOutbox } from '../outbox.ts';
import { moveOrder } from '../status/move-order.ts';
import { shopTestDatabase } from './shop-database.ts';
import { binaryStl, cube } from './stl-samples.ts';

/** The secret couriers sign with in tests. */
export const COURIER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Somebody who makes requests. */
export interface Person {
  readonly sub: string;
  readonly roles: readonly string[];
  readonly tenant: string;
}

export const ANN: Person = { sub: 'ann', roles: ['customer'], tenant: 'public' };
export const BEN: Person = { sub: 'ben', roles: ['customer'], tenant: 'public' };
export const ADA: Person = { sub: 'ada', roles: ['admin'], tenant: 'bezel' };
export const PIA: Person = { sub: 'pia', roles: ['partner-admin'], tenant: 'goldsmith' };
export const OLGA: Person = { sub: 'olga', roles: ['operator'], tenant: 'bezel' };
export const SAM: Person = { sub: 'sam', roles: ['sales'], tenant: 'bezel' };
export const PRICING: Person = { sub: 'mes-pricing', roles: ['service'], tenant: 'bezel' };

/** An answer, its body read. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A request to a door. */
export interface Asked {
  readonly as?: Person;
  readonly method?: string;
  /** JSON unless it is a form, bytes or text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly door?: 'customers' | 'partners';
}

export interface ShopOptions {
  readonly maxInFlight?: number;
  /** Where operators find Temporal's web UI; nowhere unless told. */
  readonly temporalUi?: string;
  /** Where operators' questions to Temporal go; the run's server unless told. */
  readonly temporalAddress?: string;
}

/** Both doors of the shop on a database of their own, listening. */
export async function startShop(options: ShopOptions = {}) {
  const clone = await shopTestDatabase();
  const identity = await createIdentity();
  const database = openDatabase<ShopDatabase>({ url: clone.url, name: 'shop-test' });
  const maxInFlight = options.maxInFlight ?? 100;
  const { temporalAddress: address, temporalNamespace: namespace } = testServers();
  const temporal = { namespace, uiUrl: options.temporalUi ?? null };
  const visibility = new OrdersInTemporal({ address: options.temporalAddress ?? address, namespace });
  const open = async (name: string, module: ReturnType<typeof partnersDoor>) => {
    const app = await createHttpApp({
      ...{ name, title: name, database, identity, rawBody: true },
      ...{ module, imports: [shopOutbox(database)] },
    });
    await app.listen(0, '127.0.0.1');
    return { app, url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}` };
  };
  const doors = {
    customers: await open(
      'shop-api',
      customersDoor({ courierWebhookSecret: COURIER_SECRET, maxInFlight, temporal, visibility }),
    ),
    partners: await open('shop-partner', partnersDoor({ maxInFlight })),
  };

  /** As the doors' controllers get it. */
  const outbox = doors.customers.app.get<Outbox>(outboxToken());

  /** Asks a door and reads the answer as JSON, or as text when it is none. */
  async function ask<Body = Problem>(path: string, asked: Asked = {}): Promise<Answer<Body>> {
    const { as, method = 'GET', body, headers = {}, door = 'customers' } = asked;
    const isPlain = typeof body === 'object' && !(body instanceof FormData) && !(body instanceof Uint8Array);
    const response = await fetch(doors[door].url + path, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${await identity.token(as)}` }),
        ...(isPlain ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: isPlain ? JSON.stringify(body) : (body as NonNullable<RequestInit['body']>) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : (text as Body) };
  }

  const post = <Body = Problem>(path: string, body: unknown, asked: Asked = {}) =>
    ask<Body>(path, { as: ANN, ...asked, method: 'POST', body });

  return {
    database,
    outbox,
    identity,
    databaseUrl: clone.url,
    urls: { customers: doors.customers.url, partners: doors.partners.url },
    ask,
    post,

    /** Submits an order for a cube and expects it to be taken. */
    async submitted(asked: Asked = {}): Promise<OrderResource> {
      const { status, body } = await post<OrderResource>('/v1/orders', orderForm(), asked);
      if (status !== 201) throw new Error(`not submitted: ${status} ${JSON.stringify(body)}`);
      return body;
    },

    /** Moves an order on as its workflow would, until it has this status. */
    async moveTo(orderId: string, status: OrderStatus): Promise<void> {
      const { rows } = await database.pool.query('SELECT seq FROM orders WHERE id = $1', [orderId]);
      for (const move of wayTo(orderId, status).slice(rows[0].seq)) await moveOrder(outbox, database.kysely, move);
    },

    /** How many rows each table of the shop has; for showing that nothing was stored half. */
    async rowCounts(): Promise<Record<string, number>> {
      const { rows } = await database.pool.query(`
        SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM order_history) AS history,
               (SELECT count(*)::int FROM order_fact) AS facts, (SELECT count(*)::int FROM model) AS models,
               (SELECT count(*)::int FROM model_piece) AS pieces, (SELECT count(*)::int FROM model_upload) AS uploads,
               (SELECT count(*)::int FROM courier_event) AS callbacks, (SELECT count(*)::int FROM order_delay) AS delays, (SELECT count(*)::int FROM outbox.message) AS messages,
               (SELECT count(*)::int FROM idempotency.answer) AS answers`);
      return rows[0];
    },

    /** Waits until so many statements in this database wait for a lock. */
    lockWaiters: (count: number) =>
      waitFor(`${count} statements to wait for a lock`, async () => {
        const { rows } = await database.pool.query(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows[0].waiting === count;
      }),

    /** The messages in the outbox about an order, in the order they were written. */
    async messages(orderId: string): Promise<{ id: string; type: string; data: Record<string, unknown> }[]> {
      const messages = (await committedIn(database.pool)).filter(({ key }) => key === orderId);
      return messages.map(({ id, type, value }) => ({ id, type, data: JSON.parse(value) }));
    },

    async [Symbol.asyncDispose]() {
      await doors.customers.app.close();
      await doors.partners.app.close();
      await visibility.end();
      await database.end();
      await identity[Symbol.asyncDispose]();
      await clone[Symbol.asyncDispose]();
    },
  };
}

export type Shop = Awaited<ReturnType<typeof startShop>>;

/** A form with a model (a cube of 10 mm unless told) and fields. */
export function orderForm(
  fields: Readonly<Record<string, string>> = { metal: 'gold-585' },
  model: Uint8Array<ArrayBuffer> | null = new Uint8Array(binaryStl(cube())),
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (model !== null) form.set('model', new Blob([model]), 'ring.stl');
  return form;
}

/** An offer that stands for another hour unless told. */
export const offerOf = (offerId: string = uuidv7(), expiresAt = new Date(Date.now() + 3_600_000)): PriceOffer => ({
  offerId,
  total: { amountMinor: '12000', currency: 'EUR' },
  parts: [{ kind: 'metal', label: 'gold-585', amount: { amountMinor: '12000', currency: 'EUR' } }],
  massMg: 13_100,
  boundingBoxUm: [10_000, 10_000, 10_000],
  expiresAt: expiresAt.toISOString(),
});

const ON_THE_WAY: readonly OrderStatus[] = [
  'SUBMITTED',
  'PRICING',
  'PRICED',
  'APPROVED',
  'IN_MANUFACTURING',
  'MANUFACTURING_COMPLETED',
  'PACKED',
  'SHIPPED',
  'DELIVERED',
];

/** The moves from SUBMITTED to a status. */
export function wayTo(orderId: string, status: OrderStatus, offer = offerOf()): OrderMove[] {
  const move = (seq: number, from: OrderStatus, to: OrderStatus): OrderMove => ({ orderId, seq, from, to });
  const until = (last: OrderStatus) =>
    ON_THE_WAY.slice(1, ON_THE_WAY.indexOf(last) + 1).map((to, index) => ({
      ...move(index + 1, ON_THE_WAY[index] as OrderStatus, to),
      ...(to === 'PRICED' ? { offer } : {}),
    }));
  if (status === 'REJECTED') return [...until('PRICING'), { ...move(2, 'PRICING', 'REJECTED'), reason: 'not closed' }];
  if (status === 'CANCELLED') return [...until('PRICED'), { ...move(3, 'PRICED', 'CANCELLED'), reason: OFFER_EXPIRED }];
  return until(status);
}
