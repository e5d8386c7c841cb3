import type { OperationsOrder, OperationsPage, OrderResource, OrderStatus, OrderView } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { type FactKind, type MesActivities, MODEL_REJECTED, type PricingActivities } from '@bezel/order-workflow';
import {
  createActivityWorker,
  createOrdersWorker,
  installTemporalRuntime,
  type OrderWorker,
} from '@bezel/order-workflow/worker';
import { uuidv7 } from '@bezel/outbox';
import { log } from '@bezel/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { type OrderWorkflows, temporalWorkflows } from '../orchestrator/order-workflows.ts';
import { shopActivities } from '../status/shop-activities.ts';
import { submitAged } from '../testing/aged-order.ts';
import { ADA, ANN, OLGA, type Person, SAM, type Shop, startShop } from '../testing/shop.ts';

const { temporalAddress: address, temporalNamespace: namespace, temporalUi } = testServers();
const taskQueues = { orders: `orders-${uuidv7()}`, mes: `mes-${uuidv7()}`, pricing: `pricing-${uuidv7()}` };
const HOUR = 3_600_000;

// Names that need quoting in a query, and that no other test's orders have.
const SLOW = `o'hara & sons %_ü ${uuidv7()}`;
const QUICK = `quick-${uuidv7()}`;
/** Every stage of the slow tenant's orders passes its SLA at once; of the other's, never in this test. */
const stageTimes = (tenant: string) =>
  tenant === SLOW ? { APPROVED: { withinMs: 200, typicalMs: 100 } } : { APPROVED: { withinMs: HOUR, typicalMs: HOUR } };

const money = (amountMinor: string) => ({ amountMinor, currency: 'EUR' }) as const;
const others: PricingActivities & MesActivities = {
  async analyseModel({ model }) {
    if (model.fileName === 'open.stl') throw ApplicationFailure.nonRetryable('the model is open', MODEL_REJECTED);
    return { volumeUm3: '1', surfaceUm2: '6', boundingBoxUm: [1, 1, 1], triangles: 12, warnings: [] };
  },
  priceMetal: async () => ({ part: { kind: 'metal', label: 'gold', amount: money('100') }, massMg: 1 }),
  priceStones: async () => null,
  priceLabour: async () => ({ kind: 'labour', label: 'work', amount: money('50') }),
  openWorkOrder: async () => ({ workOrderId: uuidv7() }),
  withdrawWorkOrder: async () => {},
};

let shop: Shop;
let connection: Connection;
let client: Client;
let workflows: OrderWorkflows;
const workers: OrderWorker[] = [];
const running: Promise<void>[] = [];
const placed: string[] = [];

const FACTS: Partial<Record<OrderStatus, FactKind[]>> = {
  APPROVED: ['price-accepted'],
  IN_MANUFACTURING: ['price-accepted', 'manufacturing-started'],
  DELIVERED: ['price-accepted', 'manufacturing-started', 'manufacturing-completed', 'packed', 'shipped', 'delivered'],
  CANCELLED: ['cancellation-requested'],
};

const shown = async (id: string): Promise<OrderResource> =>
  (await shop.ask<OrderResource>(`/v1/orders/${id}`, { as: ADA })).body;

/** Places an order that was submitted so long ago, starts its workflow, and tells it all it needs to get somewhere. */
async function place(tenant: string, status: OrderStatus, ageMs: number): Promise<string> {
  const input = await submitAged(shop.database.pool, tenant, ageMs, status === 'REJECTED' ? 'open.stl' : 'ring.stl');
  const { orderId } = input;
  placed.push(orderId);
  const start = await workflows.startOrder(input, uuidv7());
  if (!start.started) throw new Error('it was there before');
  await shop.database.pool.query('INSERT INTO order_workflow (order_id, run_id) VALUES ($1, $2)', [
    orderId,
    start.runId,
  ]);
  if (status !== 'REJECTED') {
    const { offer } = await waitFor('an offer', async () => (await shown(orderId)).offer && shown(orderId));
    for (const kind of FACTS[status] ?? []) {
      const offerId = kind === 'price-accepted' ? { offerId: offer?.offerId ?? '' } : {};
      const fact = { messageId: uuidv7(), kind, at: new Date().toISOString(), by: 'olga', ...offerId };
      expect(await workflows.signalFact(orderId, fact)).toEqual({ delivered: true });
    }
  }
  const late = tenant === SLOW && status === 'APPROVED';
  await waitFor(`order ${orderId} to be ${status}`, async () => {
    const order = await shown(orderId);
    return order.status === status && order.late === late;
  });
  return orderId;
}

const names: Record<string, string> = {};
beforeAll(async () => {
  installTemporalRuntime((level, message, fields) => log[level === 'ERROR' ? 'warn' : 'debug'](fields, message));
  shop = await startShop({ temporalUi: temporalUi ?? 'http://temporal.example/' });
  connection = Connection.lazy({ address });
  client = new Client({ connection, namespace });
  workflows = temporalWorkflows({ client, taskQueues, stageTimes });
  const connected = () => NativeConnection.connect({ address });
  const activities = shopActivities(shop.outbox, shop.database.kysely);
  workers.push(
    await createOrdersWorker({ connection: await connected(), namespace, taskQueue: taskQueues.orders, activities }),
  );
  for (const taskQueue of [taskQueues.mes, taskQueues.pricing]) {
    workers.push(
      await createActivityWorker({ connection: await connected(), namespace, taskQueue, activities: others }),
    );
  }
  running.push(...workers.map((worker) => worker.run()));
  const all: [string, string, OrderStatus, number][] = [
    ['slow priced', SLOW, 'PRICED', 72 * HOUR],
    ['slow approved', SLOW, 'APPROVED', 71 * HOUR],
    ['slow approved today', SLOW, 'APPROVED', HOUR],
    ['slow moved on', SLOW, 'IN_MANUFACTURING', 49 * HOUR],
    ['slow rejected', SLOW, 'REJECTED', 60 * HOUR],
    ['slow delivered', SLOW, 'DELIVERED', 90 * HOUR],
    ['quick priced', QUICK, 'PRICED', 50 * HOUR],
    ['quick approved', QUICK, 'APPROVED', 47 * HOUR],
    ['quick cancelled', QUICK, 'CANCELLED', 30 * HOUR],
  ];
  await Promise.all(
    all.map(async ([name, tenant, status, age]) => {
      names[await place(tenant, status, age)] = name;
    }),
  );
});
afterAll(async () => {
  for (const id of placed)
    await client.workflow
      .getHandle(`order/${id}`)
      .terminate('over')
      .catch(() => undefined);
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await Promise.all(workers.map((worker) => worker.close()));
  await connection.close();
  await shop[Symbol.asyncDispose]();
});

const page = (query: string, as: Person = OLGA) => shop.ask<OperationsPage>(`/v1/operations/orders?${query}`, { as });

/** All pages of a list, three orders each. */
async function listed(source: string, query: string): Promise<OperationsOrder[]> {
  const items: OperationsOrder[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await page(`source=${source}&limit=3&${query}${more}`);
    expect(status).toBe(200);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

const byId = (a: OperationsOrder, b: OperationsOrder) => (a.id < b.id ? -1 : 1);
const slow = `tenant=${encodeURIComponent(SLOW)}`;
const quick = `tenant=${QUICK}`;

describe('the database and Temporal answer the same', () => {
  test.each<[string, string[]]>([
    [slow, ['slow approved', 'slow approved today', 'slow delivered', 'slow moved on', 'slow priced', 'slow rejected']],
    [quick, ['quick approved', 'quick cancelled', 'quick priced']],
    [`${slow}&status=APPROVED`, ['slow approved', 'slow approved today']],
    [`${slow}&status=REJECTED`, ['slow rejected']],
    [`${slow}&status=DELIVERED`, ['slow delivered']],
    [`${slow}&status=SHIPPED`, []],
    [`${slow}&late=true`, ['slow approved', 'slow approved today']],
    [`${slow}&late=false&status=IN_MANUFACTURING`, ['slow moved on']],
    [`${quick}&late=true`, []],
    [`${quick}&late=false`, ['quick approved', 'quick cancelled', 'quick priced']],
    [`${slow}&olderThan=PT48H`, ['slow approved', 'slow delivered', 'slow moved on', 'slow priced', 'slow rejected']],
    [`${slow}&olderThan=P3DT1H`, ['slow delivered']],
    [`${slow}&olderThan=PT48H&late=true&status=APPROVED`, ['slow approved']],
    [`${quick}&olderThan=PT48H`, ['quick priced']],
    ['tenant=nobody-has-this-name', []],
  ])('%s', async (query, expected) => {
    const database = await listed('database', query);
    expect(database.map(({ id }) => names[id]).sort()).toEqual(expected);
    expect(database.map(({ id }) => id)).toEqual([...database].sort(byId).map(({ id }) => id));
    await waitFor(
      'visibility to have caught up',
      async () => {
        const temporal = await listed('temporal', query);
        expect(temporal.sort(byId)).toEqual(database);
        return true;
      },
      { deadlineMs: 30_000, everyMs: 100 },
    );
  });
});

test('sales see the orders of their own tenant, in both sources, whatever tenant and cursor they ask with', async () => {
  const sales = (tenant: string): Person => ({ ...SAM, tenant });
  for (const source of ['database', 'temporal']) {
    const seen = async (query: string, as: Person) => {
      const { status, body } = await page(`source=${source}&${query}`, as);
      expect(status).toBe(200);
      return body.items.map(({ id }) => names[id]).sort();
    };
    const all = ['quick approved', 'quick cancelled', 'quick priced'];
    await waitFor('them to be listed', async () => (await seen(quick, OLGA)).length === all.length, {
      deadlineMs: 30_000,
    });
    expect(await seen('limit=200', sales(QUICK))).toEqual(all);
    expect(await seen(quick, sales(QUICK))).toEqual(all);
    expect(await seen('status=PRICED', sales(QUICK))).toEqual(['quick priced']);
    expect(await seen(slow, sales(QUICK))).toEqual([]);
    expect(await seen(quick, SAM)).toEqual([]);
    // A position that an operator was given, in the list of another tenant.
    const { nextCursor } = (await page(`source=${source}&${slow}&limit=1`)).body;
    const foreign = (await seen(`cursor=${encodeURIComponent(nextCursor ?? '')}`, sales(QUICK))).filter(
      (name) => !all.includes(name ?? ''),
    );
    expect(foreign).toEqual([]);
  }
});

describe('the workflow of an order', () => {
  const view = (id: string, as: Person) => shop.ask<OrderView>(`/v1/orders/${id}`, { as });

  test('is shown to operators and administrators, with a link', async () => {
    const [id = ''] = placed;
    const runId = (await client.workflow.getHandle(`order/${id}`).describe()).runId;
    for (const as of [OLGA, ADA]) {
      const { workflow } = (await view(id, as)).body;
      expect(workflow).toMatchObject({ id: `order/${id}`, runId });
      expect(workflow?.uiUrl).toContain(`/namespaces/${namespace}/workflows/order%2F${id}/${runId}/history`);
      expect(workflow?.uiUrl).not.toContain('//namespaces');
    }
    expect((await view(id, SAM)).status).toBe(403);
  });

  test('is not shown to its customer, and null before it was started', async () => {
    const order = await shop.submitted();
    expect((await view(order.id, ANN)).body).not.toHaveProperty('workflow');
    expect((await view(order.id, OLGA)).body.workflow).toBeNull();
  });

  (temporalUi === undefined ? test.skip : test)(
    temporalUi === undefined
      ? 'has a page [skipped: this Temporal has no web UI]'
      : 'has a page, and the UI knows that run',
    async () => {
      const [id = ''] = placed;
      const { workflow } = (await view(id, OLGA)).body;
      const answer = await fetch(workflow?.uiUrl ?? '');
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
      const asked = `${temporalUi}/api/v1/namespaces/${namespace}/workflows/order%2F${id}`;
      const known = await fetch(`${asked}?execution.runId=${workflow?.runId}`);
      expect([known.status, await known.json()]).toMatchObject([
        200,
        { workflowExecutionInfo: { execution: { workflowId: `order/${id}`, runId: workflow?.runId } } },
      ]);
      expect((await fetch(`${asked}?execution.runId=${uuidv7()}`)).status).toBe(404);
    },
  );
});
