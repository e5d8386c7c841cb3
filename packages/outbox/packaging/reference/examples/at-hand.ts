// Preloaded into the process that runs examples: what they have at hand, as globals.
// Environment: DATABASE_URL, of a database with the outbox; BROKERS, comma-separated.
import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });
Object.assign(globalThis, {
  pool,
  brokers: process.env['BROKERS']?.split(','),
  db: new Kysely({ dialect: new PostgresDialect({ pool }) }),
  order: { id: randomUUID(), total: '19.99', totalMinor: '1999' },
});
