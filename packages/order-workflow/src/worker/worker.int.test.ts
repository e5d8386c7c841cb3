import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { linkTo, testServers } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAKING } from '../testing/facts.ts';
import { createOrderSystem, type OrderSystem } from '../testing/order-system.ts';
import { connectWorker, startWorkers, type WorkerOptions } from '../testing/workers.ts';
import { createActivityWorker } from './index.ts';

const LINE = 8;
let system: OrderSystem;

beforeAll(async () => {
  system = await createOrderSystem();
}, 60_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
});

/** Starts the workers in a process of their own and waits until they run. */
async function startProcess(options: WorkerOptions): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('../testing/worker-process.ts', import.meta.url));
  const { name, databaseUrl, taskQueues } = options;
  const child = spawn(
    process.execPath,
    ['--conditions=@bezel/source', script, JSON.stringify({ name, databaseUrl, taskQueues })],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout })) if (line === 'running') return child;
  throw new Error('the worker process ended before it was running');
}

describe('workers that die', () => {
  test('killed after a move was committed and before it was reported: the next worker makes no second one', async () => {
    const doomed = await startProcess({ name: 'doomed', ...system });
    const order = await system.submit({}, 'after APPROVED');
    await order.accept();
    await order.attempt('after APPROVED');
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');

    await order.openGate('after APPROVED');
    await using _workers = await startWorkers({ name: 'heir', ...system });
    await order.leadTo('DELIVERED');
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.statuses()).toHaveLength(LINE);
    const { rows } = await system.pool.query('SELECT DISTINCT worker FROM moves WHERE order_id = $1', [order.id]);
    expect(rows.map(({ worker }) => worker).sort()).toEqual(['doomed', 'heir']);
    expect(await order.refusals()).toEqual([]);
  }, 120_000);
});

describe('two workers', () => {
  test('share the orders; when one is shut down the other finishes them', async () => {
    const first = await startWorkers({ name: 'first', ...system });
    await using _second = await startWorkers({ name: 'second', ...system });
    const orders = await Promise.all(Array.from({ length: 10 }, () => system.submit()));
    await Promise.all(orders.map((order) => order.leadTo('APPROVED')));
    await first[Symbol.asyncDispose]();
    await Promise.all(orders.map((order) => order.leadTo('DELIVERED')));
    for (const order of orders) {
      expect(await order.handle.result()).toBe('DELIVERED');
      expect(await order.statuses()).toHaveLength(LINE);
      expect(await order.refusals()).toEqual([]);
    }
  }, 120_000);
});

describe('Temporal away from the workers', () => {
  test('the workers live on, and what was told meanwhile is acted on afterwards', async () => {
    await using door = await linkTo(testServers().temporalAddress);
    await using _workers = await startWorkers({ name: 'cut off', ...system, address: door.address });
    const order = await system.submit();
    await order.leadTo('APPROVED');
    const worker = await createActivityWorker({
      connection: await connectWorker(door.address),
      taskQueue: system.taskQueues.mes,
      activities: { async nothing() {} },
    });
    await expect(worker.check()).resolves.toBeUndefined();
    door.cut();
    await expect(worker.check()).rejects.toThrow();
    for (const kind of [...MAKING, 'delivered'] as const) await order.tell(kind);
    await expect(worker.check()).rejects.toThrow();
    expect(await order.statuses()).toEqual(['PRICING', 'PRICED', 'APPROVED']);
    door.mend();
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.statuses()).toHaveLength(LINE);
    expect(await order.refusals()).toEqual([]);
    await worker.close();
  }, 120_000);
});

describe('shutdown', () => {
  test('ends within 10 s although an activity does not, and the activity is done elsewhere', async () => {
    const stopped = await startWorkers({ name: 'stopped', ...system });
    const order = await system.submit({}, 'analyse model');
    await order.attempt('analyse model');
    const before = performance.now();
    await stopped[Symbol.asyncDispose]();
    expect(performance.now() - before).toBeLessThan(10_000);
    await order.openGate('analyse model');
    await using _workers = await startWorkers({ name: 'next', ...system });
    await order.reaches('PRICED');
  }, 120_000);

  test('a worker that never ran gives its connection back', async () => {
    const connection = await connectWorker();
    const worker = await createActivityWorker({ connection, taskQueue: 'none', activities: { async nothing() {} } });
    worker.shutdown();
    await worker.run();
    await worker.close();
    await expect(worker.check()).rejects.toThrow();
  });

  test('check tells whether Temporal answers', async () => {
    const connection = await connectWorker();
    const worker = await createActivityWorker({ connection, taskQueue: 'none', activities: { async nothing() {} } });
    await expect(worker.check()).resolves.toBeUndefined();
    await worker.close();
  });
});
