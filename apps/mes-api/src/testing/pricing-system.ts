import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ModelRef } from '@bezel/contracts';
import { testServers } from '@bezel/local/testing';
import type { ModelGeometry, PricingActivities } from '@bezel/order-workflow';
import { createActivityWorker, keptBundle } from '@bezel/order-workflow/worker';
import { uuidv7 } from '@bezel/outbox';
import { Client, Connection, defaultPayloadConverter, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { type PricingOptions, pricingActivities } from '../pricing/activities.ts';
import { ModelAnalyser } from '../pricing/analysis/model-analyser.ts';
import { AnalysisThreads, type AnalysisThreadsOptions } from '../pricing/geometry/analysis-threads.ts';
import { AccessTokens } from '../pricing/model/access-token.ts';
import { PriceLists } from '../pricing/prices/price-lists.ts';
import { createMesDatabase } from './mes-database.ts';
import type { analyseOnce, priceMetalOnce } from './pricing-workflows.ts';
import { CLIENT, startShopDouble } from './shop-double.ts';

// Activities fail and retry on purpose here; what matters is asserted.
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

type MetalInput = Parameters<PricingActivities['priceMetal']>[0];

export type PricingSystemOptions = Partial<AnalysisThreadsOptions> & Pick<PricingOptions, 'beatMs'>;

/** The pricing activities on a real Temporal server, over a database and a shop of one test file's own. */
export async function startPricing({ beatMs, ...options }: PricingSystemOptions = {}) {
  const { temporalAddress: address, temporalNamespace: namespace } = testServers();
  const [workflowQueue, taskQueue] = [`mes-test-workflow-${randomUUID()}`, `mes-test-pricing-${randomUUID()}`];
  const database = await createMesDatabase();
  const shop = await startShopDouble();
  const threads = new AnalysisThreads({ threads: 1, ...options });
  const folder = await mkdtemp(join(tmpdir(), 'price-lists-'));
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const workflowConnection = await NativeConnection.connect({ address });
  const workflows = await Worker.create({
    connection: workflowConnection,
    namespace,
    taskQueue: workflowQueue,
    workflowBundle: await keptBundle('pricing-tests', () =>
      bundleWorkflowCode({
        workflowsPath: fileURLToPath(new URL('pricing-workflows.ts', import.meta.url)),
        logger: new DefaultLogger('ERROR'),
      }),
    ),
  });
  const source = { shopUrl: shop.url, tokens: new AccessTokens({ tokenUrl: shop.tokenUrl, ...CLIENT }) };
  const pricing = await createActivityWorker({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue,
    activities: pricingActivities({
      db: database.kysely,
      outbox: database.outbox,
      analyser: new ModelAnalyser({ db: database.kysely, source, threads }),
      priceLists: new PriceLists({ folder: pathToFileURL(folder + sep) }),
      ...(beatMs !== undefined && { beatMs }),
    }),
  });
  const running = Promise.all([workflows.run(), pricing.run()]);

  const started = (orderId: string) => ({ workflowId: `mes-test/${orderId}`, taskQueue: workflowQueue });
  const start = (model: ModelRef, orderId: string = uuidv7()): Promise<WorkflowHandle<typeof analyseOnce>> =>
    client.workflow.start<typeof analyseOnce>('analyseOnce', {
      ...started(orderId),
      args: [taskQueue, { orderId, model }],
    });

  return {
    database,
    shop,
    /** Starts the analysis of a model for an order. */
    start,
    /** What the analysis of a model comes to. */
    analyse: async (model: ModelRef): Promise<ModelGeometry> => (await start(model)).result(),
    /** Starts the pricing of metal. */
    priceMetal: (input: MetalInput): Promise<WorkflowHandle<typeof priceMetalOnce>> =>
      client.workflow.start<typeof priceMetalOnce>('priceMetalOnce', {
        ...started(uuidv7()),
        args: [taskQueue, input],
      }),
    /** Puts a price list into the folder. */
    addPriceList: (list: { readonly id: string }) => writeFile(join(folder, `${list.id}.json`), JSON.stringify(list)),
    async [Symbol.asyncDispose]() {
      workflows.shutdown();
      pricing.shutdown();
      await running;
      await Promise.all([workflowConnection.close(), pricing.close(), connection.close()]);
      await threads[Symbol.asyncDispose]();
      await shop[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export type Pricing = Awaited<ReturnType<typeof startPricing>>;

/** What the one activity of a workflow told by its last heartbeat. */
export async function lastHeartbeat(handle: WorkflowHandle): Promise<unknown> {
  const { raw } = await handle.describe();
  const [payload] = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

/** Why the one activity of a workflow was tried again, as an operator sees it. */
export async function lastFailure(handle: WorkflowHandle) {
  const { raw } = await handle.describe();
  const { lastFailure: failure, attempt } = raw.pendingActivities?.[0] ?? {};
  return { type: failure?.applicationFailureInfo?.type, message: failure?.message, attempt };
}
