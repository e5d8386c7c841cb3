import { type AddressInfo, connect } from 'node:net';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import {
  Controller,
  Get,
  type INestApplicationContext,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { counting, nestTest, startApplication } from '../../testing/fixtures/nestjs/nest-test.ts';
import { OutboxModule, type OutboxParts, outboxPartsToken } from '../index.ts';

jest.setTimeout(120_000);

const isShut = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });

/** Lets held work go and closes the application, however the test ends. */
const closing = (app: INestApplicationContext, ...work: readonly { finish(): void }[]): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    for (const { finish } of work) finish();
    await app.close();
  },
});

/** Work that has begun and ends when it is told to. */
function held() {
  const atWork = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  return {
    atWork: atWork.promise,
    finish: finish.resolve,
    async work(): Promise<void> {
      atWork.resolve();
      await finish.promise;
    },
  };
}

describe('an application that is closed', () => {
  test('takes no request any more, then consumes no more, then publishes no more, then closes its pools', async () => {
    await using nest = await nestTest();
    const [request, handler] = [held(), held()];
    @Controller()
    class Door {
      @Get()
      async answer(): Promise<string> {
        await request.work();
        return 'done';
      }
    }
    const pool = new pg.Pool({ connectionString: nest.database.url });
    pool.on('error', () => {});
    const seenByPool: string[] = [];
    class Root {}
    const app = await NestFactory.create(
      {
        module: Root,
        controllers: [Door],
        providers: [counting(nest.event, { before: handler.work })],
        imports: [
          OutboxModule.forRoot({
            ...{ ...nest.options, db: pool },
            pools: [{ end: async () => void seenByPool.push(states().join()) }, pool],
          }),
        ],
      },
      { logger: false },
    );
    await using _closed = closing(app, request, handler);
    await app.listen(0, '127.0.0.1');
    const parts = app.get<OutboxParts>(outboxPartsToken());
    const states = () => [parts.consumer?.status().state, parts.relay?.status().state];
    const { port } = app.getHttpServer().address() as AddressInfo;

    const answer = fetch(`http://127.0.0.1:${port}`).then((response) => response.text());
    await request.atWork;
    await nest.write(1);
    await handler.atWork;
    const closed = app.close();
    await waitFor('the door to be shut', () => isShut(port));
    expect(states()).toEqual(['running', 'running']);

    request.finish();
    expect(await answer).toBe('done');
    await waitFor('the consumer to stop', () => states()[0] === 'stopping');
    expect(states()).toEqual(['stopping', 'running']);
    await nest.write(2);
    await waitFor('the relay to go on', () => parts.relay?.status().published === 2);
    expect(pool.ending).toBe(false);

    handler.finish();
    await closed;
    expect(states()).toEqual(['stopped', 'stopped']);
    expect(seenByPool).toEqual(['stopped,stopped']);
    expect(pool.ended).toBe(true);
    expect(await nest.effects()).toEqual([1]);
    const { rows } = await nest.database.pool.query('SELECT FROM outbox.lease WHERE owner IS NOT NULL');
    expect(rows).toEqual([]);
  });

  test('gives up a handler that does not end, and leaves nothing of it', async () => {
    await using nest = await nestTest();
    const handler = held();
    const app = await startApplication({
      providers: [counting(nest.event, { before: handler.work })],
      imports: [OutboxModule.forRoot({ ...nest.options, consumer: { ...nest.options.consumer, stopTimeoutMs: 100 } })],
    });
    await nest.write(1);
    await handler.atWork;
    await app.close();
    handler.finish();
    expect(await nest.effects()).toEqual([]);
  });

  test('stops all consumers of all outboxes before any relay, and each once', async () => {
    await using shop = await nestTest();
    await using billing = await nestTest();
    const handler = held();
    const ended: string[] = [];
    const shared = { end: async () => void ended.push('shared') };
    const app = await startApplication({
      providers: [counting(shop.event), counting(billing.event, { outbox: 'billing', before: handler.work })],
      imports: [
        OutboxModule.forRoot({ ...shop.options, pools: [shared] }),
        OutboxModule.forRoot({ name: 'billing', ...billing.options, pools: [shared] }),
      ],
    });
    await using _closed = closing(app, handler);
    const of = (name?: string) => app.get<OutboxParts>(outboxPartsToken(name));
    const [first, second] = [of(), of('billing')];
    await billing.write(1);
    await handler.atWork;
    const closed = app.close();
    await waitFor('the first consumer to have stopped', () => first.consumer?.status().state === 'stopped');
    expect(second.consumer?.status().state).toBe('stopping');
    expect([first.relay?.status().state, second.relay?.status().state]).toEqual(['running', 'running']);
    handler.finish();
    await closed;
    expect([first.relay?.status().state, second.relay?.status().state]).toEqual(['stopped', 'stopped']);
    expect(ended).toEqual(['shared']);
  });

  test('starts after the modules above it and stops before them and before those it imports', async () => {
    await using nest = await nestTest();
    const seen: string[] = [];
    const witness = (
      name: string,
      beside: Pick<OutboxParts, 'relay'>,
    ): OnApplicationBootstrap & OnApplicationShutdown => ({
      onApplicationBootstrap: () => void seen.push(`${name} starts beside ${beside.relay?.status().state}`),
      onApplicationShutdown: () => void seen.push(`${name} stops beside ${beside.relay?.status().state}`),
    });
    @Module({
      providers: [
        { provide: 'above', inject: [outboxPartsToken()], useFactory: (parts: OutboxParts) => witness('above', parts) },
      ],
    })
    class Above {}
    const pools: { relay: OutboxParts['relay'] } = { relay: undefined };
    @Module({ providers: [{ provide: 'pools', useFactory: () => witness('pools', pools) }], exports: ['pools'] })
    class Pools {}
    const app = await startApplication({
      providers: [counting(nest.event)],
      imports: [
        Above,
        Pools,
        OutboxModule.forRootAsync({ imports: [Pools], inject: ['pools'], useFactory: () => nest.options }),
      ],
    });
    pools.relay = app.get<OutboxParts>(outboxPartsToken()).relay;
    expect(pools.relay?.status().state).toBe('running');
    await app.close();
    expect(seen).toContain('above starts beside new');
    expect(seen).toContain('above stops beside stopped');
    expect(seen).toContain('pools stops beside stopped');
  });
});
