import { cloneDatabase } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { Inject, Injectable, type ModuleMetadata, Scope, type Type } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import pg from 'pg';
import { createAdmin } from '../../testing/fixtures/kafka/clients.ts';
import { counting, type NestTest, nestTest, startApplication } from '../../testing/fixtures/nestjs/nest-test.ts';
import { type EventOf, OnEvent, OutboxModule } from '../index.ts';

jest.setTimeout(120_000);

/** What the start of an application fails with. */
const failure = (metadata: ModuleMetadata): Promise<unknown> =>
  startApplication(metadata).then(
    (app) => app.close().then(() => 'it started'),
    (error: unknown) => error,
  );

describe('an application does not start', () => {
  let nest: NestTest;
  const outbox = (name?: string) => OutboxModule.forRoot({ ...nest.options, ...(name !== undefined && { name }) });
  const first = (): Type => counting(nest.event);
  const cases: [string, string, RegExp, () => ModuleMetadata][] = [
    [
      'two methods handle one event',
      'EVENT_HANDLER_DUPLICATE',
      /Counting\.count and Counting\.count both handle test\.counted on nest/,
      () => ({ providers: [first(), first()], imports: [outbox()] }),
    ],
    [
      'one class is a provider of two modules, and so there are two of it',
      'EVENT_HANDLER_DUPLICATE',
      /both handle/,
      () => {
        const provider = first();
        class Feature {}
        return { providers: [provider], imports: [{ module: Feature, providers: [provider] }, outbox()] };
      },
    ],
    [
      'its methods handle events and the module has no consumer',
      'OUTBOX_PART_MISSING',
      /methods for test\.counted, and the OutboxModule 'default' has no option consumer/,
      () => {
        const { consumer: _, ...options } = nest.options;
        return { providers: [first()], imports: [OutboxModule.forRoot(options)] };
      },
    ],
    [
      'a consumer is asked for and no method handles an event',
      'CONSUMER_OPTIONS_INVALID',
      /at least one handler/,
      () => ({ imports: [outbox()] }),
    ],
    [
      'a method is for an outbox that is not there',
      'OUTBOX_UNKNOWN',
      /no OutboxModule is named 'bills'; there are: default/,
      () => ({ providers: [counting(nest.event, { outbox: 'bills' })], imports: [outbox()] }),
    ],
    [
      'two modules have one name',
      'OUTBOX_NAME_TAKEN',
      /two OutboxModules are named 'default'/,
      () => ({ providers: [first()], imports: [outbox(), outbox()] }),
    ],
    [
      'a method belongs to a provider that is made for each request',
      'EVENT_HANDLER_SCOPED',
      /PerRequest\.count handles an event/,
      () => {
        @Injectable({ scope: Scope.REQUEST })
        class PerRequest {
          @OnEvent(nest.event)
          count(_: EventOf<typeof nest.event>): void {}
        }
        return { providers: [PerRequest], imports: [outbox()] };
      },
    ],
    [
      'a method belongs to a provider of its own for each who injects it',
      'EVENT_HANDLER_SCOPED',
      /Transient\.count handles an event/,
      () => {
        @Injectable({ scope: Scope.TRANSIENT })
        class Transient {
          @OnEvent(nest.event)
          count(_: EventOf<typeof nest.event>): void {}
        }
        return { providers: [Transient], imports: [outbox()] };
      },
    ],
    [
      'a method belongs to a provider that needs a request',
      'EVENT_HANDLER_SCOPED',
      /ForRequest\.count handles an event/,
      () => {
        @Injectable()
        class ForRequest {
          constructor(@Inject(REQUEST) readonly request: unknown) {}
          @OnEvent(nest.event)
          count(_: EventOf<typeof nest.event>): void {}
        }
        return { providers: [ForRequest], imports: [outbox()] };
      },
    ],
  ];

  test.each(cases)('when %s: %s', async (_, code, message, metadata) => {
    await using own = await nestTest();
    nest = own;
    const error = await failure(metadata());
    expect(error).toMatchObject({ code, retryable: false, message: expect.stringMatching(message) });
  });

  test('when a database was not migrated, and leaves nothing running', async () => {
    await using working = await nestTest();
    const { options } = working;
    await using empty = await cloneDatabase('nest empty', async () => {});
    const db = new pg.Pool({ connectionString: empty.url });
    const ended: string[] = [];
    const end = (name: string) => ({ end: async () => void ended.push(name) });
    class Root {}
    const app = await NestFactory.create(
      {
        module: Root,
        providers: [counting(working.event)],
        imports: [
          OutboxModule.forRoot({ ...options, pools: [end('working')] }),
          OutboxModule.forRoot({ name: 'empty', db, source: '/test', relay: options.relay, pools: [end('empty')] }),
        ],
      },
      { logger: false },
    );
    await using _closed = { [Symbol.asyncDispose]: () => app.close().finally(() => db.end()) };
    await expect(app.init()).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
    expect(ended).toEqual(['working', 'empty']);
    const { rows } = await working.database.pool.query('SELECT FROM outbox.relay');
    expect(rows).toEqual([]);
    await using admin = await createAdmin();
    expect((await admin.describeGroups([options.consumer.groupId])).groups[0]?.members).toEqual([]);
  });
});

describe('an object with decorated methods', () => {
  test('is found among providers of any kind', async () => {
    await using nest = await nestTest();
    const values = [undefined, null, 7, [], () => {}, Object.create(null), new Map()];
    await using _app = await startApplication({
      providers: [counting(nest.event), ...values.map((useValue, n) => ({ provide: `value ${n}`, useValue }))],
      imports: [OutboxModule.forRoot(nest.options)],
    });
  });

  test('is asked once, however many names it is provided by', async () => {
    await using nest = await nestTest();
    const provider = counting(nest.event);
    await using _app = await startApplication({
      providers: [provider, { provide: 'alias', useExisting: provider }],
      imports: [OutboxModule.forRoot(nest.options)],
    });
  });

  test('may be a controller, or what a factory made', async () => {
    await using nest = await nestTest();
    const Made = counting(nest.event);
    await using _made = await startApplication({
      providers: [{ provide: 'made', useFactory: () => new Made() }],
      imports: [OutboxModule.forRoot(nest.options)],
    });
    await using _controller = await startApplication({
      controllers: [Made],
      imports: [OutboxModule.forRoot(nest.options)],
    });
  });
});
