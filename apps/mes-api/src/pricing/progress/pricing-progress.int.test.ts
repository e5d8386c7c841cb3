import { PRICING_PHASES, PricingProgressed } from '@bezel/contracts';
import { waitFor } from '@bezel/local/testing';
import { uuidv7 } from '@bezel/outbox';
import { committedIn } from '@bezel/outbox/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { lastHeartbeat, type Pricing, startPricing } from '../../testing/pricing-system.ts';
import { binaryStl, cube, torus } from '../../testing/shapes.ts';
import { PERCENT_AT } from '../analysis/phase.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let pricing: Pricing;
beforeAll(async () => {
  // So often that even a small model is told about.
  pricing = await startPricing({ beatMs: 20 });
});
afterAll(() => pricing[Symbol.asyncDispose]());

interface Told {
  readonly orderId: string;
  readonly phase: (typeof PRICING_PHASES)[number];
  readonly percent: number;
  readonly at: string;
}

/** What the outbox holds about an order, in the order it will be published in. */
const toldAbout = async (orderId: string): Promise<Told[]> =>
  (await committedIn(pricing.database.pool))
    .filter(({ key, type }) => key === orderId && type === PricingProgressed.type)
    .map(({ value }) => JSON.parse(value) as Told);

/** Keeps the shop from answering until it is let go. */
function holdShop(): () => void {
  const held: (() => void)[] = [];
  pricing.shop.instead((request, response) => {
    held.push(() => {
      response.writeHead(503).end();
      request.resume();
    });
  });
  return () => {
    pricing.shop.instead(undefined);
    for (const answer of held) answer();
  };
}

describe('the progress of a pricing', () => {
  test('is told by the phases of the thread, to every order that waits for the model, each phase once', async () => {
    const model = pricing.shop.store(binaryStl(torus(10, 2, { rows: 300, columns: 150 })));
    const orders = [uuidv7(), uuidv7()];
    await Promise.all(orders.map(async (orderId) => (await pricing.start(model, orderId)).result()));
    for (const orderId of orders) {
      const told = await toldAbout(orderId);
      expect(told.map(({ phase }) => phase)).toContain('measuring');
      const places = told.map(({ phase }) => PRICING_PHASES.indexOf(phase));
      expect(places).toEqual([...new Set(places)].sort((one, other) => one - other));
      expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).sort());
      for (const { percent, phase, orderId: about } of told) {
        expect([about, percent]).toEqual([orderId, PERCENT_AT[phase]]);
      }
    }
  });

  test('is in the heartbeats too, and is not told again while nothing changes', async () => {
    const letGo = holdShop();
    const orderId = uuidv7();
    const handle = await pricing.start(pricing.shop.store(binaryStl(cube(11))), orderId);
    await waitFor('the phase to be told', async () => (await toldAbout(orderId)).at(-1)?.phase === 'fetching');
    await waitFor('a heartbeat', async () => (await lastHeartbeat(handle)) !== undefined);
    expect(await lastHeartbeat(handle)).toEqual({ phase: 'fetching' });
    const phases = (await toldAbout(orderId)).map(({ phase }) => phase);
    expect(phases.filter((phase) => phase === 'fetching')).toHaveLength(1);
    letGo();
    expect(await handle.result()).toMatchObject({ volumeUm3: '1331000000000' });
  });

  test('that cannot be told stops nothing', async () => {
    const letGo = holdShop();
    const handle = await pricing.start(pricing.shop.store(binaryStl(cube(12))));
    await pricing.database.pool.query('ALTER TABLE outbox.message RENAME TO message_away');
    try {
      letGo();
      expect(await handle.result()).toMatchObject({ volumeUm3: '1728000000000' });
    } finally {
      await pricing.database.pool.query('ALTER TABLE outbox.message_away RENAME TO message');
    }
  });
});
