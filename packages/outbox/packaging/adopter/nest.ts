// A Nest application of somebody else's: a service writes through the writer it injects, the module's relay publishes, a
// decorated method handles, Terminus asks how they are. It prints what was handled, and whether all was well.
// Arguments: the database's URL, a broker, the topic, the Kafka client.
import 'reflect-metadata';
import { defineEvent, type HandlerContext, migrate, type Outbox } from '@bezel/outbox';
import { kafkajsPublisher, kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { type EventOf, InjectOutbox, OnEvent, OutboxHealthIndicator, OutboxModule } from '@bezel/outbox/nestjs';
import { platformaticPublisher, platformaticSubscriber } from '@bezel/outbox/platformatic';
import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import pg from 'pg';
import { z } from 'zod';

const [url = '', broker = '', topic = '', client = ''] = process.argv.slice(2);
const connection = { brokers: [broker], clientId: 'adopter-nest' };

const OrderPlaced = defineEvent({
  type: 'adopter.order-placed',
  topic,
  key: (data) => data.orderId,
  schema: z.object({ orderId: z.string() }),
});

const POOL = Symbol('pool');

class Connections implements OnApplicationShutdown {
  readonly pool = new pg.Pool({ connectionString: url });

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

@Module({
  providers: [Connections, { provide: POOL, inject: [Connections], useFactory: ({ pool }: Connections) => pool }],
  exports: [POOL],
})
class DatabaseModule {}

@Injectable()
class Orders {
  constructor(
    @InjectOutbox() private readonly outbox: Outbox,
    @Inject(POOL) private readonly pool: pg.Pool,
  ) {}

  async place(orderId: string): Promise<void> {
    const tx = await this.pool.connect();
    await tx.query('BEGIN');
    await this.outbox.write(tx, OrderPlaced, { orderId });
    await tx.query('COMMIT');
    tx.release();
  }
}

@Injectable()
class Invoices {
  readonly handled: string[] = [];
  readonly both = Promise.withResolvers<void>();

  @OnEvent(OrderPlaced)
  async write({ data }: EventOf<typeof OrderPlaced>, { tx }: HandlerContext): Promise<void> {
    await tx.query('INSERT INTO invoice VALUES ($1)', [data.orderId]);
    this.handled.push(data.orderId);
    if (this.handled.length === 2) this.both.resolve();
  }
}

@Module({ imports: [DatabaseModule], providers: [Orders, Invoices] })
class OrdersModule {}

@Module({
  imports: [
    TerminusModule,
    OrdersModule,
    OutboxModule.forRootAsync({
      imports: [DatabaseModule],
      inject: [POOL],
      useFactory: (db: pg.Pool) => ({
        db,
        source: '/adopter',
        relay: { publisher: client === 'kafkajs' ? kafkajsPublisher(connection) : platformaticPublisher(connection) },
        consumer: {
          subscriber: client === 'kafkajs' ? kafkajsSubscriber(connection) : platformaticSubscriber(connection),
          groupId: topic,
        },
        retention: {},
      }),
    }),
  ],
})
class AppModule {}

const setUp = new pg.Client({ connectionString: url });
await setUp.connect();
await migrate(setUp);
await setUp.query('CREATE TABLE invoice (order_id text)');
await setUp.end();

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'fatal'] });
const orders = app.get(Orders);
await orders.place('first');
await orders.place('second');
const invoices = app.get(Invoices);
await invoices.both.promise;
const outbox = app.get(OutboxHealthIndicator);
const { status } = await (await app.resolve(HealthCheckService)).check([
  () => outbox.relay('relay'),
  () => outbox.consumer('consumer'),
]);
await app.close();
process.stdout.write(JSON.stringify({ handled: invoices.handled.toSorted(), status }));
