import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { ModelRef } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { MODEL_REJECTED } from '@bezel/order-workflow';
import { createActivityWorker } from '@bezel/order-workflow/worker';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { analyseOnce } from '../testing/analyse-workflow.ts';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { binaryStl, cube, sphere, torus } from '../testing/shapes.ts';
import { CLIENT, type ShopDouble, startShopDouble } from '../testing/shop-double.ts';
import { pricingActivities } from './activities.ts';
import { AnalysisThreads } from './geometry/analysis-threads.ts';
import { AccessTokens } from './model/access-token.ts';
import { readPriceLists } from './prices/price-list.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

const { temporalAddress: address, temporalNamespace: namespace } = testServers();
const workflowQueue = `mes-test-workflow-${randomUUID()}`;
const pricingQueue = `mes-test-pricing-${randomUUID()}`;

let database: MesTestDatabase;
let shop: ShopDouble;
let threads: AnalysisThreads;
let client: Client;
const ending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  database = await createMesDatabase();
  shop = await startShopDouble();
  threads = new AnalysisThreads({ threads: 1 });
  const connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
  const workflowConnection = await NativeConnection.connect({ address });
  const workflows = await Worker.create({
    connection: workflowConnection,
    namespace,
    taskQueue: workflowQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('../testing/analyse-workflow.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    }),
  });
  const pricing = await createActivityWorker({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: pricingQueue,
    activities: pricingActivities({
      db: database.kysely,
      source: { shopUrl: shop.url, tokens: new AccessTokens({ tokenUrl: shop.tokenUrl, ...CLIENT }) },
      threads,
      priceLists: readPriceLists(),
    }),
  });
  const running = Promise.all([workflows.run(), pricing.run()]);
  ending.push(async () => {
    workflows.shutdown();
    pricing.shutdown();
    await running;
    await Promise.all([workflowConnection.close(), pricing.close(), connection.close()]);
  });
});
afterAll(async () => {
  await Promise.all(ending.map((end) => end()));
  await threads[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const start = (model: ModelRef) => {
  const orderId = uuidv7();
  return client.workflow.start<typeof analyseOnce>('analyseOnce', {
    workflowId: `mes-test/${orderId}`,
    taskQueue: workflowQueue,
    args: [pricingQueue, { orderId, model }],
  });
};
const analyse = async (model: ModelRef) => (await start(model)).result();
const kept = (model: ModelRef) =>
  database.kysely.selectFrom('model_analysis').selectAll().where('sha256', '=', model.sha256).execute();

describe('analysing a model for an order', () => {
  test('measures what the shop has, and remembers it', async () => {
    const model = shop.store(binaryStl(cube(10)));
    const geometry = await analyse(model);
    expect(geometry).toMatchObject({ volumeUm3: '1000000000000', triangles: 12 });
    expect(await kept(model)).toMatchObject([{ geometry, rejected: null }]);
  });

  test('ten orders of one model at once, and one later, fetch and measure it once', async () => {
    const model = shop.store(binaryStl(sphere(5, [0, 0, 0], { rows: 48, columns: 24 })));
    const before = shop.asked.models;
    const all = await Promise.all(Array.from({ length: 10 }, () => analyse(model)));
    expect(await analyse(model)).toEqual(all[0]);
    expect(new Set(all.map((geometry) => geometry.volumeUm3)).size).toBe(1);
    expect(shop.asked.models - before).toBe(1);
  });

  test('a model that cannot be made fails for good with the reason, each time', async () => {
    const model = shop.store(binaryStl(cube(10).slice(1)));
    for (const _ of [1, 2]) {
      const failure = await analyse(model).catch((error) => error.cause.cause);
      expect(failure).toMatchObject({ type: MODEL_REJECTED, nonRetryable: true });
      expect(failure.message).toMatch(/not closed/);
    }
    expect(await kept(model)).toHaveLength(1);
  });

  test('faults of the shop are tried again until they are over', async () => {
    const model = shop.store(binaryStl(cube(7)));
    let faults = 0;
    shop.instead((_request, response) => {
      if (++faults === 3) {
        shop.instead(undefined);
      }
      response.writeHead(503).end();
    });
    expect(await analyse(model)).toMatchObject({ volumeUm3: '343000000000' });
    expect(faults).toBe(3);
  });

  test('a cancelled analysis gives its thread back in the middle', async () => {
    const large = shop.store(binaryStl(torus(10, 2, { rows: 700, columns: 350 })));
    const before = shop.asked.models;
    const handle = await start(large);
    await waitFor('the model to be fetched', () => shop.asked.models > before);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(await kept(large)).toEqual([]);
    expect(await analyse(shop.store(binaryStl(cube(3))))).toMatchObject({ volumeUm3: '27000000000' });
  });
});
