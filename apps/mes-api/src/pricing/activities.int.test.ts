import type { ModelRef } from '@bezel/contracts';
import { waitFor } from '@bezel/local/testing';
import { MODEL_REJECTED } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { committedIn } from '@bezel/outbox/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { aPriceList } from '../testing/price-list-folder.ts';
import { lastFailure, type Pricing, startPricing } from '../testing/pricing-system.ts';
import { asciiStl, binaryStl, cube, sphere, torus } from '../testing/shapes.ts';
import { LARGEST_MODEL_BYTES } from './activities.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let pricing: Pricing;
beforeAll(async () => {
  pricing = await startPricing();
});
afterAll(() => pricing[Symbol.asyncDispose]());

const analyse = (model: ModelRef) => pricing.analyse(model);
const rejection = (model: ModelRef) => analyse(model).catch((error) => error.cause.cause);
const kept = (model: ModelRef) =>
  pricing.database.kysely.selectFrom('model_analysis').selectAll().where('sha256', '=', model.sha256).execute();

describe('analysing a model for an order', () => {
  test('measures what the shop has, and remembers it', async () => {
    const model = pricing.shop.store(binaryStl(cube(10)));
    const geometry = await analyse(model);
    expect(geometry).toMatchObject({ volumeUm3: '1000000000000', triangles: 12 });
    expect(await kept(model)).toMatchObject([{ geometry, rejected: null }]);
  });

  test('ten orders of one model at once, and one later, fetch and measure it once', async () => {
    const model = pricing.shop.store(binaryStl(sphere(5, [0, 0, 0], { rows: 48, columns: 24 })));
    const before = pricing.shop.asked.models;
    const all = await Promise.all(Array.from({ length: 10 }, () => analyse(model)));
    expect(await analyse(model)).toEqual(all[0]);
    expect(new Set(all.map((geometry) => geometry.volumeUm3)).size).toBe(1);
    expect(pricing.shop.asked.models - before).toBe(1);
    // A model that is known is quick, and what is quick is not told about.
    const orderId = uuidv7();
    await (await pricing.start(model, orderId)).result();
    expect((await committedIn(pricing.database.pool)).filter(({ key }) => key === orderId)).toEqual([]);
  });

  test('a model that cannot be made fails for good with the reason, each time', async () => {
    const model = pricing.shop.store(binaryStl(cube(10).slice(1)));
    for (const _ of [1, 2]) {
      const failure = await rejection(model);
      expect(failure).toMatchObject({ type: MODEL_REJECTED, nonRetryable: true });
      expect(failure.message).toMatch(/not closed/);
    }
    expect(await kept(model)).toHaveLength(1);
  });

  test('faults of the shop are tried again until they are over', async () => {
    const model = pricing.shop.store(binaryStl(cube(7)));
    let faults = 0;
    pricing.shop.instead((_request, response) => {
      if (++faults === 3) {
        pricing.shop.instead(undefined);
      }
      response.writeHead(503).end();
    });
    expect(await analyse(model)).toMatchObject({ volumeUm3: '343000000000' });
    expect(faults).toBe(3);
  });

  test('a cancelled analysis gives its thread back in the middle, and is no crash', async () => {
    const large = pricing.shop.store(binaryStl(torus(10, 2, { rows: 700, columns: 350 })));
    const before = pricing.shop.asked.models;
    const handle = await pricing.start(large);
    await waitFor('the model to be fetched', () => pricing.shop.asked.models > before);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(await kept(large)).toEqual([]);
    expect(await analyse(pricing.shop.store(binaryStl(cube(3))))).toMatchObject({ volumeUm3: '27000000000' });
    const attempts = await pricing.database.kysely
      .selectFrom('model_analysis_attempt')
      .select(['crashes', 'held_by'])
      .where('sha256', '=', large.sha256)
      .execute();
    expect(attempts.every(({ crashes, held_by }) => crashes === 0 && held_by === null)).toBe(true);
  });

  test('a file of exactly 50 MB is measured, one byte more is rejected unseen', async () => {
    const text = asciiStl(cube(10));
    const file = new Uint8Array(LARGEST_MODEL_BYTES).fill(0x20);
    file.set(text);
    expect(await analyse(pricing.shop.store(file))).toMatchObject({ volumeUm3: '1000000000000' });
    const before = pricing.shop.asked.models;
    const larger = pricing.shop.store(Buffer.concat([file, Buffer.from(' ')]));
    expect(await rejection(larger)).toMatchObject({ type: MODEL_REJECTED, message: expect.stringContaining('50 MB') });
    expect(pricing.shop.asked.models).toBe(before);
  });
});

describe('pricing while no price list is valid', () => {
  test('waits, says why, and goes on as soon as a list is added, without a restart', async () => {
    const geometry = await analyse(pricing.shop.store(binaryStl(cube(10))));
    const input = { geometry, metal: 'gold-585', at: '2026-11-21T10:00:00Z', partner: 'acme' } as const;
    const handle = await pricing.priceMetal(input);
    const failure = await waitFor('a second attempt', async () => {
      const last = await lastFailure(handle);
      return (last.attempt ?? 0) > 1 && last.type ? last : null;
    });
    expect(failure).toMatchObject({
      type: 'NoPriceListError',
      message: expect.stringMatching(/no price list is valid at 2026-11-21T10:00:00.*add one/),
    });
    await pricing.addPriceList({ ...aPriceList('old', '2026-01-01', '2026-06-01') });
    const discounts = { partnerDiscountsPermille: { acme: 75 } };
    await pricing.addPriceList({ ...aPriceList('new', '2026-06-01'), ...discounts });
    // 1 cm³ at 10 g/cm³, 3 % lost, 50 € a gram.
    expect(await handle.result()).toEqual({
      part: { kind: 'metal', label: 'gold-585, 10.00 g', amount: { amountMinor: '51500', currency: 'EUR' } },
      massMg: 10_000,
      priceList: expect.stringMatching(/^new\/[0-9a-f]{12}$/),
      discount: { label: 'Partner discount, 7.5 %', permille: 75 },
    });
    const earlier = await pricing.priceMetal({ ...input, at: '2026-02-01T10:00:00Z' });
    expect(await earlier.result()).toMatchObject({ priceList: expect.stringMatching(/^old\//) });
    expect(await earlier.result()).not.toHaveProperty('discount');
  });
});
