import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type NetworkPath, networkPath, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { Controller, Get, type INestApplicationContext, Inject } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { createAdmin } from '../../testing/fixtures/kafka/clients.ts';
import { counting, type NestTest, nestTest, startApplication } from '../../testing/fixtures/nestjs/nest-test.ts';
import { OutboxHealthIndicator, OutboxModule, type OutboxParts, outboxPartsToken } from '../index.ts';
import type { Patience } from './patience.ts';

jest.setTimeout(120_000);

const KAFKA = Number(testServers().kafkaBrokers[0]?.split(':')[1]);
const POSTGRES = Number(new URL(testServers().postgresUrl).port);

type Part = 'relay' | 'consumer';
type Outboxes = Readonly<Record<'patient' | 'strict', NestTest>>;

/** Two outboxes of which all that differs is the patience: what lasts for one is brief for the other. */
const PATIENCE: Readonly<Record<keyof Outboxes, Patience>> = {
  patient: { troubleMs: 3_600_000, standstillMs: 3_600_000 },
  strict: { troubleMs: 1, standstillMs: 1 },
};

const modules = (outboxes: Outboxes, part: Part) =>
  (['patient', 'strict'] as const).map((name) => {
    const { relay, consumer, ...options } = outboxes[name].options;
    const own = part === 'relay' ? { relay } : { consumer };
    return OutboxModule.forRoot({ ...options, ...own, name, health: PATIENCE[name] });
  });

/** What the indicator says of the part of each. */
function indicated<Kind extends Part>(app: INestApplicationContext, part: Kind) {
  const indicator = app.get(OutboxHealthIndicator);
  const of = (outbox: keyof Outboxes) =>
    indicator[part]('it', { outbox }).it as ReturnType<OutboxHealthIndicator[Kind]>['it'];
  return {
    patient: () => of('patient'),
    strict: () => of('strict'),
    bothUp: () => of('patient').status === 'up' && of('strict').status === 'up',
  };
}

/** Between two turns of the event loop, as a network does it: a connection that is being handed over has no owner yet. */
const cut = (network: NetworkPath): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => {
      network.cut();
      resolve();
    });
  });

describe('the health of a relay', () => {
  async function relays(topic?: string) {
    const outboxes = { patient: await nestTest('kafkajs', topic), strict: await nestTest('kafkajs', topic) };
    const app = await startApplication({ imports: modules(outboxes, 'relay') });
    return {
      ...indicated(app, 'relay'),
      writeToBoth: (...numbers: number[]) =>
        Promise.all([outboxes.patient.write(...numbers), outboxes.strict.write(...numbers)]),
      async [Symbol.asyncDispose]() {
        await app.close();
        await outboxes.patient[Symbol.asyncDispose]();
        await outboxes.strict[Symbol.asyncDispose]();
      },
    };
  }

  test('is down when Kafka stays away, not when it is briefly away, and up when it is back', async () => {
    using network = networkPath(KAFKA);
    await using test = await relays();
    const { patient, strict, bothUp } = test;
    await test.writeToBoth(1);
    await waitFor('both to publish', () => bothUp() && patient().published === 1 && strict().published === 1);
    await cut(network);
    await test.writeToBoth(2);
    await waitFor('both to see it', () => patient().trouble?.with === 'kafka' && strict().trouble?.with === 'kafka');
    await waitFor('it to last', () => strict().message?.startsWith('kafka: '));
    expect(strict().status).toBe('down');
    expect(patient().status).toBe('up');
    network.mend();
    await waitFor('both to work again', () => bothUp() && patient().published >= 2 && strict().published >= 2);
  });

  test('is down when Postgres stays away, not when it is briefly away, and up when it is back', async () => {
    using network = networkPath(POSTGRES);
    await using test = await relays();
    const { patient, strict, bothUp } = test;
    await waitFor('both to work', () => bothUp() && patient().shards === 4 && strict().shards === 4);
    await cut(network);
    await waitFor(
      'both to see it',
      () => patient().trouble?.with === 'database' && strict().trouble?.with === 'database',
    );
    await waitFor('it to last', () => strict().message?.startsWith('database: '));
    expect(strict().status).toBe('down');
    expect(patient().status).toBe('up');
    network.mend();
    await waitFor('both to work again', bothUp);
  });

  test('is down when messages wait and none leaves, though nobody reports trouble', async () => {
    using network = networkPath(KAFKA);
    await using test = await relays();
    const { patient, strict, bothUp } = test;
    await test.writeToBoth(1);
    await waitFor('both to publish', () => bothUp() && patient().published === 1 && strict().published === 1);
    network.silence();
    await test.writeToBoth(2);
    await waitFor('the standstill to last', () => strict().status === 'down');
    expect(strict()).toMatchObject({ message: 'the relay does not move; 1 messages wait', trouble: null, lag: 1 });
    await waitFor('the other to have the same', () => patient().lag === 1);
    expect(patient().status).toBe('up');
    network.mend();
    await waitFor('both to work again', () => bothUp() && patient().published >= 2 && strict().published >= 2);
  });

  test('is down when a topic stays refused, and up when it is there', async () => {
    const topic = `later-${randomUUID()}`;
    await using test = await relays(topic);
    const { patient, strict, bothUp } = test;
    await waitFor('both to work', () => bothUp() && patient().shards === 4 && strict().shards === 4);
    await test.writeToBoth(1);
    await waitFor('both to be refused', () => patient().waiting === 1 && strict().waiting === 1);
    await waitFor('it to last', () => strict().message?.startsWith(`the topic ${topic} is refused: `));
    expect(strict().status).toBe('down');
    expect(patient().status).toBe('up');
    await using admin = await createAdmin();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
    await waitFor('both to work again', () => bothUp() && patient().published === 1 && strict().published === 1);
  });
});

describe('the health of a consumer', () => {
  async function consumers() {
    const outboxes = { patient: await nestTest(), strict: await nestTest() };
    const broken = { is: false };
    const before = (): void => {
      if (broken.is) throw new Error('no such table');
    };
    const handle = (outbox: keyof Outboxes) => counting(outboxes[outbox].event, { outbox, before });
    const app = await startApplication({
      providers: [handle('patient'), handle('strict')],
      imports: [
        ...modules(outboxes, 'consumer'),
        // Another process would publish what is written.
        OutboxModule.forRoot({ ...withoutConsumer(outboxes.patient), name: 'relay of patient' }),
        OutboxModule.forRoot({ ...withoutConsumer(outboxes.strict), name: 'relay of strict' }),
      ],
    });
    return {
      ...indicated(app, 'consumer'),
      broken,
      outboxes,
      async [Symbol.asyncDispose]() {
        await app.close();
        await outboxes.patient[Symbol.asyncDispose]();
        await outboxes.strict[Symbol.asyncDispose]();
      },
    };
  }
  const withoutConsumer = ({ options: { consumer: _, ...rest } }: NestTest) => rest;

  test.each([
    ['Kafka', KAFKA, 'kafka'],
    ['Postgres', POSTGRES, 'database'],
  ] as const)(
    'is down when %s stays away, not when it is briefly away, and up when it is back',
    async (_, port, which) => {
      using network = networkPath(port);
      await using test = await consumers();
      const { patient, strict, bothUp } = test;
      await waitFor('both to work', () => bothUp() && patient().partitions === 1 && strict().partitions === 1);
      await cut(network);
      await waitFor('both to see it', () => patient().trouble?.with === which && strict().trouble?.with === which);
      await waitFor('it to last', () => strict().message?.startsWith(`${which}: `));
      expect(strict().status).toBe('down');
      expect(patient().status).toBe('up');
      network.mend();
      await waitFor('both to work again', bothUp, { deadlineMs: 60_000 });
    },
  );

  test('is down when a partition stands still at a message, and up when it goes on', async () => {
    await using test = await consumers();
    const { patient, strict, bothUp, broken, outboxes } = test;
    await waitFor('both to work', bothUp);
    broken.is = true;
    await Promise.all([outboxes.patient.write(1), outboxes.strict.write(1)]);
    await waitFor('both to stand', () => patient().failing === 1 && strict().failing === 1);
    await waitFor('it to last', () => strict().message?.endsWith('/0 stands still: no such table'));
    expect(strict().status).toBe('down');
    expect(patient().status).toBe('up');
    broken.is = false;
    await waitFor('both to go on', () => bothUp() && patient().failing === 0 && strict().failing === 0);
  });
});

describe('a health check of Terminus', () => {
  test('answers 200 with the details, and 503 once the part has stopped', async () => {
    await using nest = await nestTest();
    @Controller()
    class Health {
      constructor(
        @Inject(HealthCheckService) readonly checks: HealthCheckService,
        @Inject(OutboxHealthIndicator) readonly outbox: OutboxHealthIndicator,
      ) {}
      @Get('health')
      @HealthCheck({ swaggerDocumentation: false })
      check() {
        return this.checks.check([() => this.outbox.relay('relay'), () => this.outbox.consumer('consumer')]);
      }
    }
    class Root {}
    const imports = [
      TerminusModule.forRoot({ logger: false }),
      OutboxModule.forRoot({ ...nest.options, health: PATIENCE.patient }),
    ];
    const providers = [
      counting(nest.event, { retry: { attempts: 1 }, before: (n) => Promise.reject(new Error(`not ${n}`)) }),
    ];
    const app = await NestFactory.create(
      { module: Root, controllers: [Health], providers, imports },
      { logger: false },
    );
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`);
      return { status: answer.status, body: (await answer.json()) as { details: Record<string, object> } };
    };
    try {
      await nest.write(1);
      await waitFor('the key to be parked', async () => {
        const { details } = (await ask()).body;
        return (
          details['consumer'] !== undefined &&
          'parkedKeys' in details['consumer'] &&
          details['consumer'].parkedKeys === 1
        );
      });
      expect(await ask()).toMatchObject({
        status: 200,
        body: { details: { relay: { status: 'up', published: 1 }, consumer: { status: 'up', parkedKeys: 1 } } },
      });
      await app.get<OutboxParts>(outboxPartsToken()).relay?.stop();
      expect(await ask()).toMatchObject({
        status: 503,
        body: { details: { relay: { status: 'down', message: 'the relay is stopped' }, consumer: { status: 'up' } } },
      });
    } finally {
      await app.close();
    }
  });
});
