/** npm pg-transactional-outbox, publishing with kafkajs, in a process of its own. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { serve } from '@bezel/local/measuring';
import { recordOf } from '../load/message.ts';
import { rawProducer } from '../load/raw-producer.ts';
import type { PeerMode } from './peer-mode.ts';

interface PeerTarget {
  /** Where the library was installed. */
  readonly folder: string;
  readonly mode: PeerMode;
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
}

interface PeerMessage {
  readonly id: string;
  readonly aggregateId: string;
  readonly payload: unknown;
}

type Listen = (
  config: object,
  handler: { handle(message: PeerMessage): Promise<void> },
  logger: object,
  strategies: object,
) => readonly [shutdown: () => Promise<void>];

/** What is used of the library. */
interface PeerLibrary {
  readonly DatabaseSetup: Readonly<Record<string, (config: object) => string>>;
  readonly initializePollingMessageListener: Listen;
  readonly initializeReplicationMessageListener: Listen;
  readonly createReplicationSegmentMutexConcurrencyController: () => object;
  readonly getDisabledLogger: () => object;
}

const load = (folder: string): PeerLibrary => createRequire(join(folder, 'package.json'))('pg-transactional-outbox');

const slotOf = (databaseUrl: string): string => `${new URL(databaseUrl).pathname.slice(1)}_slot`;

/** Without a message for so long it has ended, whatever is missing. */
const GIVE_UP_MS = 15_000;
const BATCH = 200;
const FEW = 20;

const program = {
  /** The library's own statements for its table, without roles; each is to be run in a transaction of its own. */
  async setup({ folder, mode, databaseUrl }: PeerTarget): Promise<string[]> {
    const { DatabaseSetup } = load(folder);
    const config = {
      outboxOrInbox: 'outbox',
      database: new URL(databaseUrl).pathname.slice(1),
      schema: 'peer',
      table: 'outbox',
      listenerRole: new URL(databaseUrl).username,
      publication: 'peer_publication',
      replicationSlot: slotOf(databaseUrl),
      nextMessagesName: 'next_outbox_messages',
      nextMessagesSchema: 'peer',
    };
    const parts =
      mode === 'polling'
        ? ['dropAndCreateTable', 'createPollingFunction', 'setupPollingIndexes']
        : ['dropAndCreateTable', 'setupReplicationCore', 'setupReplicationSlot'];
    return parts.map((part) => DatabaseSetup[part]?.(config) ?? '');
  },

  /** Publishes what is in its outbox. Milliseconds from the first message handled to the last. */
  async drain(target: PeerTarget & { readonly count: number }): Promise<{ ms: number; handled: number }> {
    const { folder, mode, databaseUrl, brokers, topic, count } = target;
    const library = load(folder);
    const producer = rawProducer({ client: 'kafkajs', brokers });
    const seen = new Set<string>();
    let first: number | undefined;
    let last = performance.now();
    const all = Promise.withResolvers<void>();
    const handler = {
      async handle({ id, aggregateId, payload }: PeerMessage): Promise<void> {
        first ??= performance.now();
        const key = Buffer.from(aggregateId);
        await producer.prepare([{ ...recordOf(topic, 0), key, value: Buffer.from(JSON.stringify(payload)) }])();
        seen.add(id);
        last = performance.now();
        if (seen.size === count) all.resolve();
      },
    };
    const [shutdown] = listen(library, mode, databaseUrl, handler);
    const quiet = new AbortController();
    await Promise.race([all.promise, untilQuiet(() => last, quiet.signal)]);
    quiet.abort();
    const ms = last - (first ?? last);
    await shutdown();
    await producer.close();
    return { ms, handled: seen.size };
  },
};

function listen(library: PeerLibrary, mode: PeerMode, databaseUrl: string, handler: Parameters<Listen>[1]) {
  const url = new URL(databaseUrl);
  const settings = {
    dbSchema: 'peer',
    dbTable: 'outbox',
    enableMaxAttemptsProtection: false,
    enablePoisonousMessageProtection: false,
    dbPublication: 'peer_publication',
    dbReplicationSlot: slotOf(databaseUrl),
    nextMessagesFunctionSchema: 'peer',
    nextMessagesFunctionName: 'next_outbox_messages',
    nextMessagesBatchSize: BATCH,
    nextMessagesPollingIntervalInMs: 10,
  };
  const config = {
    outboxOrInbox: 'outbox',
    dbListenerConfig: {
      host: url.hostname,
      port: Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
    },
    settings,
  };
  const logger = library.getDisabledLogger();
  return mode === 'polling'
    ? library.initializePollingMessageListener(config, handler, logger, { batchSizeStrategy: refillWhenFew })
    : library.initializeReplicationMessageListener(config, handler, logger, {
        concurrencyStrategy: library.createReplicationSegmentMutexConcurrencyController(),
      });
}

/**
 * The default fetches again for each message that is done, one at a time, and each fetch sorts all that is left. This is
 * quicker: a whole batch when few are left.
 */
async function refillWhenFew(underWay: number): Promise<number> {
  await nextTurn();
  return underWay > FEW ? underWay : BATCH;
}

async function untilQuiet(last: () => number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && performance.now() - last() < GIVE_UP_MS) {
    await delay(100, undefined, { signal }).catch(() => {});
  }
}

export type PeerProgram = typeof program;
serve(program);
