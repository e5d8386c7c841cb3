import type { OrderStatus } from '@bezel/contracts';
import { waitFor } from '@bezel/local/testing';
import { STAGE_TIMES } from '../../index.ts';
import { STONES_OF_THE_OLD_LIST } from '../activities.ts';
import type { OrderSystem, OrderSystemOptions } from '../order-system.ts';
import type { PlacedOrder } from '../placed-order.ts';

/** Plays one order to its end, or so far that it ends by itself. */
export type Play = (system: OrderSystem) => Promise<PlacedOrder>;

const delivered: Play = async (system) => {
  const order = await system.submit();
  await order.leadTo('DELIVERED');
  return order;
};

const outOfOrder: Play = async (system) => {
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

const rejected: Play = (system) =>
  system.submit({ model: { sha256: 'b'.repeat(64), fileName: 'broken.stl', bytes: 84 } });

const cancelledInPricing: Play = async (system) => {
  const order = await system.submit({}, 'analyse model');
  await order.attempt('analyse model');
  await order.tell('cancellation-requested');
  return order;
};

const cancelledIn =
  (status: OrderStatus): Play =>
  async (system) => {
    const order = await system.submit();
    await order.leadTo(status);
    await order.tell('cancellation-requested', { reason: 'no longer wanted' });
    return order;
  };

const cancelledWhileOpening: Play = async (system) => {
  const order = await system.submit({}, 'open work order');
  await order.leadTo('APPROVED');
  await order.attempt('open work order');
  await order.tell('cancellation-requested');
  await order.openGate('open work order');
  return order;
};

const cancelledTooLate: Play = async (system) => {
  const order = await system.submit();
  await order.leadTo('IN_MANUFACTURING');
  await order.shipUnheard();
  await order.tell('cancellation-requested');
  await order.leadTo('DELIVERED');
  return order;
};

const expired: Play = (system) => system.submit();

const toldAfterTheEnd: Play = async (system) => {
  const order = await system.submit({}, 'before CANCELLED');
  await order.reaches('PRICED');
  await order.tell('cancellation-requested');
  await order.attempt('before CANCELLED');
  await order.tell('packed');
  await order.openGate('before CANCELLED');
  return order;
};

const late: Play = async (system) => {
  const order = await system.submit();
  await order.leadTo('APPROVED');
  await waitFor('the order to be told late', async () => (await order.delays()).some(({ kind }) => kind === 'late'));
  await order.leadTo('DELIVERED');
  return order;
};

const promiseInDoubt: Play = async (system) => {
  const order = await system.submit();
  await order.leadTo('APPROVED');
  await waitFor('the doubt to be told', async () => (await order.delays()).length > 0);
  await order.leadTo('DELIVERED');
  return order;
};

const ofPartner: Play = async (system) => {
  const order = await system.submit({ tenant: 'goldsmith', channel: 'partner' });
  await order.leadTo('DELIVERED');
  return order;
};

const acceptedLate: Play = async (system) => {
  const order = await system.submit({}, 'before CANCELLED');
  await order.attempt('before CANCELLED');
  await system.pool.query('INSERT INTO acceptances VALUES ($1)', [order.id]);
  await order.openGate('before CANCELLED');
  await order.attempt('before CANCELLED', 'passed');
  await order.leadTo('DELIVERED');
  return order;
};

const priceListChanged: Play = async (system) => {
  const order = await system.submit({ stones: STONES_OF_THE_OLD_LIST });
  await order.leadTo('DELIVERED');
  return order;
};

/** One order whose history is recorded, and what its system is set to. */
export interface Scenario {
  readonly name: string;
  readonly play: Play;
  readonly options?: OrderSystemOptions;
}

const HOUR = 3_600_000;
const approvedTakes = (withinMs: number, typicalMs: number): OrderSystemOptions => ({
  stageTimes: () => ({ ...STAGE_TIMES, APPROVED: { withinMs, typicalMs } }),
});

/** Every way an order can go that schedules activities or timers of its own. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'delivered', play: delivered },
  { name: 'of-a-partner', play: ofPartner },
  { name: 'price-list-changed', play: priceListChanged },
  { name: 'out-of-order', play: outOfOrder },
  { name: 'rejected', play: rejected },
  { name: 'cancelled-in-pricing', play: cancelledInPricing },
  { name: 'cancelled-in-priced', play: cancelledIn('PRICED') },
  { name: 'cancelled-while-opening', play: cancelledWhileOpening },
  { name: 'cancelled-in-approved', play: cancelledIn('APPROVED') },
  { name: 'cancelled-in-manufacturing', play: cancelledIn('IN_MANUFACTURING') },
  { name: 'cancelled-in-manufacturing-completed', play: cancelledIn('MANUFACTURING_COMPLETED') },
  { name: 'cancelled-in-packed', play: cancelledIn('PACKED') },
  { name: 'cancelled-too-late', play: cancelledTooLate },
  { name: 'told-after-the-end', play: toldAfterTheEnd },
  { name: 'late', play: late, options: approvedTakes(700, 200) },
  { name: 'promise-in-doubt', play: promiseInDoubt, options: approvedTakes(HOUR, 2 * HOUR) },
  { name: 'expired', play: expired, options: { offerValidForMs: 300 } },
  { name: 'accepted-late', play: acceptedLate, options: { offerValidForMs: 300 } },
  { name: 'continued', play: outOfOrder, options: { historyLimit: 45 } },
];
