import { createRelay, migrate, type Relay } from '@bezel/outbox';
import { kafkajsPublisher } from '@bezel/outbox/kafkajs';
import type { Pool } from 'pg';

export async function startRelay(pool: Pool, brokers: string[]): Promise<Relay> {
  await migrate(pool);
  const relay = createRelay({
    db: pool,
    publisher: kafkajsPublisher({ brokers, clientId: 'bookshop' }),
    onError: ({ kind, error }) => console.error(`relay: ${kind}: ${error.message}`),
  });
  await relay.start();
  process.once('SIGTERM', () => void relay.stop());
  return relay;
}
