import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createOrderSystem, type OrderSystem, type PlacedOrder, startWorkers } from './order-system.ts';

// Plays complete orders on a real Temporal server and keeps their histories for replay.spec.ts. Recorded histories are
// added, never changed: they stand for orders that are under way when a new version is released.
//   node --conditions=@bezel/source packages/order-workflow/src/testing/record-histories.ts <version>

const [version] = process.argv.slice(2);
if (version === undefined) throw new Error('say which version the histories stand for, such as 1');
const folder = join(import.meta.dirname, '..', '..', 'histories', `v${version}`);

type Scenario = (system: OrderSystem) => Promise<PlacedOrder>;

const delivered: Scenario = async (system) => {
  const order = await system.submit();
  await order.leadTo('DELIVERED');
  return order;
};

const outOfOrder: Scenario = async (system) => {
  const order = await system.submit({}, 'analyse model');
  await order.attempt('analyse model');
  for (const kind of ['packed', 'manufacturing-completed', 'delivered', 'shipped'] as const) {
    const messageId = `${order.id} ${kind}`;
    await order.tell(kind, { messageId });
    await order.tell(kind, { messageId });
  }
  await order.openGate('analyse model');
  await order.offerId();
  await order.tell('price-accepted', { offerId: 'another' });
  await order.accept();
  await order.tell('manufacturing-started');
  return order;
};

const rejected: Scenario = (system) =>
  system.submit({ model: { sha256: 'b'.repeat(64), fileName: 'broken.stl', bytes: 84 } });

const cancelledInPricing: Scenario = async (system) => {
  const order = await system.submit({}, 'analyse model');
  await order.attempt('analyse model');
  await order.tell('cancellation-requested');
  return order;
};

const cancelledInManufacturing: Scenario = async (system) => {
  const order = await system.submit();
  await order.leadTo('IN_MANUFACTURING');
  await order.tell('cancellation-requested', { reason: 'no longer wanted' });
  return order;
};

const cancelledTooLate: Scenario = async (system) => {
  const order = await system.submit();
  await order.leadTo('IN_MANUFACTURING');
  await order.shipUnheard();
  await order.tell('cancellation-requested');
  await order.leadTo('DELIVERED');
  return order;
};

const expired: Scenario = (system) => system.submit();

const acceptedLate: Scenario = async (system) => {
  const order = await system.submit({}, 'before CANCELLED');
  await order.attempt('before CANCELLED');
  await system.pool.query('INSERT INTO acceptances VALUES ($1)', [order.id]);
  await order.openGate('before CANCELLED');
  await order.attempt('before CANCELLED', 'passed');
  await order.leadTo('DELIVERED');
  return order;
};

async function record(name: string, options: Parameters<typeof createOrderSystem>[0], play: Scenario): Promise<void> {
  await using system = await createOrderSystem(options);
  await using _workers = await startWorkers({ name: 'worker', ...system });
  const order = await play(system);
  const status = await order.handle.result();
  const runs = await order.histories();
  for (const [index, history] of runs.entries()) {
    const file = runs.length === 1 ? `${name}.json` : `${name}-${index + 1}.json`;
    await writeFile(join(folder, file), `${withoutStackTraces(historyToJSON(history))}\n`);
  }
  console.log(`${name}: ${status}, ${runs.length} run(s)`);
}

/** Stack traces name folders of the machine that recorded; a replay does not look at them. */
const withoutStackTraces = (json: string): string =>
  JSON.stringify(JSON.parse(json), (key, value: unknown) => (key === 'stackTrace' ? '' : value), 1);

await mkdir(folder, { recursive: true });
await record('delivered', {}, delivered);
await record('out-of-order', {}, outOfOrder);
await record('rejected', {}, rejected);
await record('cancelled-in-pricing', {}, cancelledInPricing);
await record('cancelled-in-manufacturing', {}, cancelledInManufacturing);
await record('cancelled-too-late', {}, cancelledTooLate);
await record('expired', { offerValidForMs: 300 }, expired);
await record('accepted-late', { offerValidForMs: 300 }, acceptedLate);
await record('continued', { historyLimit: 25 }, outOfOrder);
process.exit(0);
