import { cloneDatabase, testServers, waitFor } from '@bezel/local/testing';
import { migrate } from '@bezel/outbox';
import { kafkajsPublisher } from '@bezel/outbox/kafkajs';
import { OutboxModule } from '@bezel/outbox/nestjs';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { outboxRole } from './outbox-role.ts';

jest.setTimeout(60_000);

/** The role of a relay on a database that closes with the test. */
async function relayOn(database: { readonly migrated: boolean }) {
  const clone = await cloneDatabase(`outbox role ${database.migrated}`, async (url) => {
    if (database.migrated) await migrate(url);
  });
  const pool = new pg.Pool({ connectionString: clone.url });
  const publisher = kafkajsPublisher({ brokers: testServers().kafkaBrokers, clientId: 'service-test' });
  const module = OutboxModule.forRoot({ db: pool, source: '/test', relay: { publisher } });
  return {
    role: outboxRole({ runs: 'relay', imports: [module] }),
    relays: async () => (await pool.query('SELECT FROM outbox.relay')).rowCount,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await clone[Symbol.asyncDispose]();
    },
  };
}

const fatal = (error: unknown): void => {
  throw error;
};

test('the relay works from start to stop, and its health tells what it does', async () => {
  await using test = await relayOn({ migrated: true });
  const { role, relays } = test;
  await expect(role.health()).rejects.toThrow('the relay has not started yet');
  await role.start(fatal);
  await waitFor('all shards', async () => ((await role.health()) as { shards: number }).shards > 0);
  expect(await relays()).toBe(1);
  await role.stop();
  expect(await relays()).toBe(0);
  await expect(role.health()).rejects.toThrow('the relay is stopped');
});

test('a role whose module cannot start says why, and can be stopped', async () => {
  await using test = await relayOn({ migrated: false });
  await expect(test.role.start(fatal)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
  await test.role.stop();
});
