import { waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { STONES_OF_ANOTHER_LIST, STONES_OF_THE_OLD_LIST } from '../testing/activities.ts';
import { MAKING } from '../testing/facts.ts';
import { createOrderSystem, type OrderSystem } from '../testing/order-system.ts';
import { startWorkers } from '../testing/workers.ts';

const LINE = [
  'PRICING',
  'PRICED',
  'APPROVED',
  'IN_MANUFACTURING',
  'MANUFACTURING_COMPLETED',
  'PACKED',
  'SHIPPED',
  'DELIVERED',
];

let system: OrderSystem;
let workers: AsyncDisposable;

beforeAll(async () => {
  system = await createOrderSystem();
  workers = await startWorkers({ name: 'one', ...system });
}, 60_000);

afterAll(async () => {
  await workers?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
}, 30_000);

describe('the way to DELIVERED', () => {
  test('each fact causes its move, once, in order; the workflow ends with the order', async () => {
    const order = await system.submit();
    const accepted = await order.accept();
    const told = [accepted];
    for (const kind of [...MAKING, 'delivered'] as const) told.push(await order.tell(kind));
    expect(await order.handle.result()).toBe('DELIVERED');

    const moves = await order.moves();
    expect(moves.map(({ seq, to, caused_by }) => ({ seq, to, caused_by }))).toEqual(
      LINE.map((to, index) => ({
        seq: index + 1,
        to,
        caused_by: index === 0 ? order.submissionId : index === 1 ? null : told[index - 2],
      })),
    );
    expect(await order.refusals()).toEqual([]);
    expect(await order.workOrder()).toMatchObject({ status: 'open', mass_mg: 3_930 });
  }, 60_000);

  test('the offer is the exact sum of its parts and stands as long as was said', async () => {
    const order = await system.submit({ stones: 2 });
    const { offer } = await order.stateAt('PRICED');
    expect(offer).toMatchObject({
      total: { amountMinor: '9007199254747493', currency: 'EUR' },
      parts: [{ kind: 'metal' }, { kind: 'stones' }, { kind: 'labour' }],
      massMg: 3_930,
      boundingBoxUm: [20_000, 20_000, 6_000],
    });
    const standsForMs = Date.parse(offer?.expiresAt ?? '') - Date.now();
    expect(standsForMs).toBeGreaterThan(7 * 86_400_000 - 60_000);
    expect(standsForMs).toBeLessThanOrEqual(7 * 86_400_000);
  }, 60_000);

  test('an order without stones has no part for them', async () => {
    const order = await system.submit({ stones: 0 });
    const { offer } = await order.stateAt('PRICED');
    expect(offer?.parts.map((part) => part.kind)).toEqual(['metal', 'labour']);
  }, 60_000);

  test("a partner's discount is a line of its own; a customer of the shop has none, whatever the tenant", async () => {
    const [partner, customer] = await Promise.all([
      system.submit({ stones: 0, channel: 'partner', tenant: 'acme' }),
      system.submit({ stones: 0, channel: 'shop', tenant: 'acme' }),
    ]);
    const { offer } = await partner.stateAt('PRICED');
    expect(offer?.parts).toMatchObject([
      { kind: 'metal', amount: { amountMinor: '9007199254740993' } },
      { kind: 'labour', amount: { amountMinor: '2500' } },
      { kind: 'discount', label: 'For acme', amount: { amountMinor: '-900719925474349', currency: 'EUR' } },
    ]);
    expect(offer?.total).toEqual({ amountMinor: '8106479329269144', currency: 'EUR' });
    expect((await customer.stateAt('PRICED')).offer?.parts.map(({ kind }) => kind)).toEqual(['metal', 'labour']);
  }, 60_000);

  test('the parts of an offer come from one price list', async () => {
    const order = await system.submit({ stones: STONES_OF_THE_OLD_LIST });
    const { offer } = await order.stateAt('PRICED');
    expect(offer?.parts.map(({ amount }) => amount.amountMinor)).toEqual(['9007199254740993', '4000', '2500']);
    expect(offer?.parts.some((part) => 'priceList' in part)).toBe(false);
  }, 60_000);

  test('every fact signalled three times has one effect', async () => {
    const order = await system.submit();
    const offerId = await order.offerId();
    for (const kind of ['price-accepted', ...MAKING, 'delivered'] as const) {
      const more = { messageId: `${order.id} ${kind}`, ...(kind === 'price-accepted' ? { offerId } : {}) };
      await Promise.all([order.tell(kind, more), order.tell(kind, more), order.tell(kind, more)]).catch(() => {
        // The third may find the order ended by the first.
      });
    }
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.statuses()).toEqual(LINE);
    expect(await order.refusals()).toEqual([]);
  }, 60_000);

  test('facts that come before their time wait for it', async () => {
    const order = await system.submit({}, 'analyse model');
    await order.attempt('analyse model');
    for (const kind of [
      'delivered',
      'packed',
      'manufacturing-completed',
      'shipped',
      'manufacturing-started',
    ] as const) {
      await order.tell(kind);
    }
    expect(await order.statuses()).toEqual(['PRICING']);
    await order.openGate('analyse model');
    await order.accept();
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.statuses()).toEqual(LINE);
    expect(await order.refusals()).toEqual([]);
  }, 60_000);
});

describe('other ends', () => {
  test('a model that cannot be made is an outcome, with the reason for the customer, at the first attempt', async () => {
    const order = await system.submit({ model: { sha256: 'b'.repeat(64), fileName: 'broken.stl', bytes: 84 } });
    expect(await order.handle.result()).toBe('REJECTED');
    expect((await order.moves()).at(-1)).toMatchObject({ seq: 2, to: 'REJECTED', reason: 'the body has a hole' });
  }, 60_000);

  test('an acceptance of another offer is recorded as refused', async () => {
    const order = await system.submit();
    await order.reaches('PRICED');
    const messageId = await order.tell('price-accepted', { offerId: 'another' });
    await order.accept();
    await order.reaches('APPROVED');
    expect(await order.refusals()).toEqual([
      { order_id: order.id, message_id: messageId, kind: 'price-accepted', status: 'PRICED', reason: 'other-offer' },
    ]);
  }, 60_000);

  test('what is told while the last move is being committed is refused, not lost', async () => {
    const order = await system.submit({}, 'after DELIVERED');
    await order.leadTo('SHIPPED');
    await order.tell('delivered');
    await order.attempt('after DELIVERED');
    const late = await order.tell('cancellation-requested');
    await order.openGate('after DELIVERED');
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.refusals()).toMatchObject([{ message_id: late, status: 'DELIVERED', reason: 'order-ended' }]);
  }, 60_000);

  test('a request to Temporal to cancel the workflow does not end the order', async () => {
    const order = await system.submit({}, 'analyse model');
    await order.attempt('analyse model');
    await order.handle.cancel();
    await order.openGate('analyse model');
    await order.leadTo('DELIVERED');
    expect(await order.handle.result()).toBe('DELIVERED');
  }, 60_000);
});

describe('the end of an offer', () => {
  test('nobody accepts in time: CANCELLED, with the reason', async () => {
    await using shortly = await createOrderSystem({ offerValidForMs: 300 });
    await using _workers = await startWorkers({ name: 'short', ...shortly });
    const order = await shortly.submit();
    expect(await order.handle.result()).toBe('CANCELLED');
    expect((await order.moves()).at(-1)).toMatchObject({ seq: 3, from: 'PRICED', reason: 'offer-expired' });
  }, 60_000);

  test('an acceptance recorded in time wins, however late it arrives', async () => {
    await using shortly = await createOrderSystem({ offerValidForMs: 300 });
    await using _workers = await startWorkers({ name: 'short', ...shortly });
    const order = await shortly.submit({}, 'before CANCELLED');
    const offerId = await order.offerId();
    await order.attempt('before CANCELLED');
    await shortly.pool.query('INSERT INTO acceptances VALUES ($1)', [order.id]);
    await order.openGate('before CANCELLED');
    await order.attempt('before CANCELLED', 'passed');
    await order.tell('price-accepted', { offerId });
    await order.reaches('APPROVED');
    expect(await order.statuses()).toEqual(['PRICING', 'PRICED', 'APPROVED']);
  }, 60_000);
});

describe('a long history', () => {
  test('is continued as new with all that is known: facts seen, facts held, work under way', async () => {
    await using long = await createOrderSystem({ historyLimit: 45 });
    await using _workers = await startWorkers({ name: 'long', ...long });
    const order = await long.submit({}, 'analyse model');
    await order.attempt('analyse model');
    const early = await order.tell('manufacturing-completed');
    for (let time = 0; time < 12; time += 1) {
      await order.tell('manufacturing-completed', { messageId: early });
      await order.tell('manufacturing-started', { messageId: `${order.id} started` });
    }
    await order.openGate('analyse model');
    const accepted = await order.accept();
    await order.reaches('MANUFACTURING_COMPLETED');
    await order.tell('price-accepted', { messageId: accepted });
    for (const kind of ['packed', 'shipped', 'delivered'] as const) await order.tell(kind);
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.statuses()).toEqual(LINE);
    expect(await order.refusals()).toEqual([]);
    expect((await order.histories()).length).toBeGreaterThan(1);
  }, 90_000);

  test('made by work that is tried again and again is continued as new without any message', async () => {
    await using long = await createOrderSystem({ historyLimit: 45 });
    await using _workers = await startWorkers({ name: 'stubborn', ...long });
    const order = await long.submit({ stones: STONES_OF_ANOTHER_LIST });
    await waitFor('the second run', async () => (await order.histories()).length > 1);
    expect(await order.statuses()).toEqual(['PRICING']);
  }, 60_000);
});
