/** A relay in a process of its own, so that its memory and CPU are its own. It runs the package as it is built. */

import { serve, type Usage, usage } from '@bezel/local/measuring';
import { createRelay, type Relay } from '@bezel/outbox';
import pg from 'pg';
import type { Client } from '../load/client.ts';
import { type Drain, meter } from './meter.ts';
import { publisherOf } from './publisher.ts';

export interface RelayTarget {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly client: Client;
}

let running: { relay: Relay; pool: pg.Pool } | undefined;

async function start(target: RelayTarget, whenPublished?: { count: number; reached: (drain: Drain) => void }) {
  const pool = new pg.Pool({ connectionString: target.databaseUrl, max: 5 });
  pool.on('error', () => {});
  const publisher = await publisherOf(target);
  const relay = createRelay({
    db: pool,
    publisher: whenPublished === undefined ? publisher : meter(publisher, whenPublished.count, whenPublished.reached),
    onError: ({ kind, error }) => console.error(`relay: ${kind}: ${error.message}`),
  });
  await relay.start();
  running = { relay, pool };
}

async function stop(): Promise<void> {
  const { relay, pool } = running ?? {};
  running = undefined;
  await relay?.stop();
  await pool?.end();
}

/** As a service that is told to end. */
process.once('SIGTERM', async () => {
  await stop();
  process.exit(0);
});

const program = {
  start: (target: RelayTarget) => start(target),
  stop: (_: null) => stop(),

  /** Publishes at least `count` messages with a new relay, and ends it. */
  async drain({ count, ...target }: RelayTarget & { readonly count: number }): Promise<Drain> {
    const drained = Promise.withResolvers<Drain>();
    await start(target, { count, reached: drained.resolve });
    const drain = await drained.promise;
    await stop();
    return drain;
  },

  /** The shards it holds now. */
  shards: async (_: null): Promise<number[]> => running?.relay.status().shards.map(({ shard }) => shard) ?? [],

  usage: async (_: null): Promise<Usage> => usage(),
};

export type RelayProgram = typeof program;
serve(program);
