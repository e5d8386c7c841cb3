import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type pg from 'pg';
import { effects } from '../testing/fixtures/consumer/effects.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { counting, type NestTest, nestTest, startApplication } from '../testing/fixtures/nestjs/nest-test.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import type { Outbox } from '../writer/create-outbox.ts';
import {
  InjectOutbox,
  InjectOutboxParts,
  OutboxModule,
  type OutboxModuleOptions,
  type OutboxOptionsFactory,
  type OutboxParts,
  outboxPartsToken,
  outboxToken,
} from './index.ts';

jest.setTimeout(120_000);

const OPTIONS = Symbol('options');

describe.each(SUBSCRIBERS)('an application with OutboxModule, on $client', ({ client }) => {
  test('writes through what is injected, publishes it, and hands it to the method that is found', async () => {
    await using nest = await nestTest(client);
    @Injectable()
    class Writing {
      constructor(
        @InjectOutbox() readonly outbox: Outbox,
        @InjectOutboxParts() readonly parts: OutboxParts,
        @Inject(OPTIONS) readonly options: { readonly db: pg.Pool },
      ) {}
    }
    @Module({ providers: [Writing, counting(nest.event)] })
    class Feature {}
    @Module({ providers: [{ provide: OPTIONS, useValue: nest.options }], exports: [OPTIONS] })
    class Configuration {}
    await using app = await startApplication({
      imports: [
        { module: Feature, imports: [Configuration] },
        OutboxModule.forRootAsync({
          imports: [Configuration],
          inject: [OPTIONS],
          useFactory: async (options: OutboxModuleOptions) => ({ ...options, retention: {} }),
        }),
      ],
    });

    const { outbox, parts, options } = app.get(Writing);
    for (const n of [1, 2, 3]) {
      await using tx = await openTransaction(options.db);
      await outbox.write(tx.client, nest.event, { key: 'k', n });
      await tx.end('COMMIT');
    }
    await waitFor('the effects', async () => (await nest.effects()).length === 3);
    expect(await nest.effects()).toEqual([1, 2, 3]);
    expect(app.get<Outbox>(outboxToken())).toBe(outbox);
    await waitFor('a look of retention', () => (parts.retention?.status().slots.length ?? 0) > 0);
  });

  test('has its options from a class made for it, or from a provider that is there', async () => {
    await using shop = await nestTest(client);
    await using billing = await nestTest(client);
    @Module({
      providers: [
        { provide: 'shop', useValue: shop.options },
        { provide: 'billing', useValue: billing.options },
      ],
      exports: ['shop', 'billing'],
    })
    class Configuration {}
    @Injectable()
    class ShopOptions implements OutboxOptionsFactory {
      constructor(@Inject('shop') readonly options: OutboxModuleOptions) {}
      createOutboxOptions = () => this.options;
    }
    @Injectable()
    class BillingOptions implements OutboxOptionsFactory {
      constructor(@Inject('billing') readonly options: OutboxModuleOptions) {}
      createOutboxOptions = async () => this.options;
    }
    @Module({ imports: [Configuration], providers: [BillingOptions], exports: [BillingOptions] })
    class Existing {}
    await using _app = await startApplication({
      providers: [counting(shop.event), counting(billing.event, { outbox: 'billing' })],
      imports: [
        OutboxModule.forRootAsync({ imports: [Configuration], useClass: ShopOptions }),
        OutboxModule.forRootAsync({ name: 'billing', imports: [Existing], useExisting: BillingOptions }),
      ],
    });
    await Promise.all([shop.write(1), billing.write(2)]);
    await waitFor('both effects', async () => (await shop.effects()).length + (await billing.effects()).length === 2);
    expect([await shop.effects(), await billing.effects()]).toEqual([[1], [2]]);
  });

  test('with two databases keeps them apart: writers, relays and handlers', async () => {
    await using shop = await nestTest(client);
    // One topic for both, and each handles all of it: only the outboxes' names tell them apart.
    await using billing = await nestTest(client, shop.event.topic);
    await using app = await startApplication({
      providers: [
        counting(shop.event, { worker: 'of shop' }),
        counting(billing.event, { outbox: 'billing', worker: 'of billing' }),
      ],
      imports: [OutboxModule.forRoot(shop.options), OutboxModule.forRoot({ name: 'billing', ...billing.options })],
    });
    const writers = [app.get<Outbox>(outboxToken()), app.get<Outbox>(outboxToken('billing'))];
    expect(new Set(writers).size).toBe(2);
    await shop.write(1, 2);
    await waitFor('both to handle what the shop wrote', async () =>
      [await shop.effects(), await billing.effects()].every(({ length }) => length === 2),
    );
    await billing.write(3);
    await waitFor('both to handle what billing wrote', async () =>
      [await shop.effects(), await billing.effects()].every(({ length }) => length === 3),
    );
    const done = async ({ database }: NestTest) =>
      (await effects(database.pool)).map(({ n, worker }) => `${n} ${worker}`);
    expect(await done(shop)).toEqual(['1 of shop', '2 of shop', '3 of shop']);
    expect(await done(billing)).toEqual(['1 of billing', '2 of billing', '3 of billing']);
  });

  test("tells Nest's logger of problems that nobody else is told of", async () => {
    await using nest = await nestTest(client, `missing-${randomUUID()}`);
    const { relay, consumer: _, ...options } = nest.options;
    const warned: unknown[] = [];
    const logger = { log() {}, error() {}, warn: (...line: unknown[]) => warned.push(line) };
    const module = OutboxModule.forRoot({ ...options, relay: { publisher: relay.publisher } });
    const app = await NestFactory.createApplicationContext(module, { logger });
    await using _closed = { [Symbol.asyncDispose]: () => app.close() };
    await nest.write(1);
    await waitFor('a line', () => warned.length > 0);
    const line = `relay kind=topic topic=${nest.event.topic}: `;
    expect(warned[0]).toEqual([expect.stringContaining(line), 'Outbox default']);
  });

  test('consumes nothing where consumer is false', async () => {
    await using nest = await nestTest(client);
    await using app = await startApplication({
      providers: [counting(nest.event)],
      imports: [OutboxModule.forRoot({ ...nest.options, consumer: false })],
    });
    expect(app.get<OutboxParts>(outboxPartsToken()).consumer).toBeUndefined();
  });
});
