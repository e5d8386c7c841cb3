import {
  apiVersionsV1,
  type Broker,
  type Connection,
  type ConnectionOptions,
  ResponseError,
} from '@platformatic/kafka';
import type { Part } from '../delivery.ts';
import { type Leader, type Metadata, Topics } from '../topics.ts';
import { encodeProduce, roomForProduce } from '../wire/produce-request.ts';
import type { PartitionAnswer } from '../wire/produce-response.ts';
import { type Apis, chooseApis } from '../wire/versions.ts';
import { Connections } from './connections.ts';
import { Identity } from './identity.ts';
import { producerIdFrom } from './producer-id.ts';
import { RequestMemory } from './request-memory.ts';
import { Throttle } from './throttle.ts';

/** Version 1 of ApiVersions, which every broker takes, leaves out the name and version of the client. */
const UNNAMED = ['', ''] as const;
const NO_TRANSACTION = null;

export interface SessionOptions {
  readonly clientId: string;
  readonly bootstrap: readonly Broker[];
  readonly requestTimeoutMs: number;
  readonly connection: ConnectionOptions;
}

/** All that a publisher knows about a cluster, and its connections. It is given up when a broker does not answer. */
export class Session {
  readonly topics = new Topics();
  readonly #connections: Connections;
  readonly #throttle: Throttle;
  readonly #memory = new RequestMemory();
  readonly #requestTimeoutMs: number;
  #apis: Apis | undefined;
  #identity: Identity | undefined;

  constructor({ clientId, bootstrap, requestTimeoutMs, connection }: SessionOptions) {
    this.#connections = new Connections(clientId, bootstrap, connection);
    this.#throttle = new Throttle(requestTimeoutMs);
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  /** Afterwards `topics` knows these topics, and there is a producer id. */
  async prepare(names: Iterable<string>): Promise<void> {
    const missing = this.topics.missing(names, performance.now());
    if (missing.length === 0 && this.#identity !== undefined) return;
    const connection = await this.#connections.toAny();
    const apis = await this.#negotiated(connection);
    if (missing.length > 0) this.topics.learn(await metadataOf(connection, apis, missing), performance.now());
    if (this.#identity === undefined) {
      const ask = () => apis.initProducerId.async(connection, NO_TRANSACTION, 0);
      const { producerId, producerEpoch } = await producerIdFrom(ask);
      this.#identity = new Identity(producerId, producerEpoch);
    }
  }

  /** Sends parts to their leader in one request. What it wrote counts in the sequences of their partitions. */
  async send(leader: Leader, parts: readonly Part[]): Promise<readonly PartitionAnswer[]> {
    const identity = this.#identity;
    if (identity === undefined || this.#apis === undefined) throw new Error('the session was not prepared');
    await this.#throttle.over(leader.nodeId);
    const connection = await this.#connections.to(leader);
    const batches = parts.map(({ place: { topic, partition }, entries }) => ({
      topic,
      partition,
      messages: entries.map(({ message }) => message),
      producer: identity.stamp({ topic, partition }),
    }));
    const memory = this.#memory.take(roomForProduce(batches));
    const request = encodeProduce(memory, batches, Math.max(1_000, this.#requestTimeoutMs - 1_000), Date.now());
    const { partitions, throttleMs } = await this.#apis.produce.async(connection, request);
    this.#memory.giveBack(memory);
    this.#throttle.asked(leader.nodeId, throttleMs);
    return partitions;
  }

  /** To be told of each part that is written: the next one of its partition goes out with the next sequence. */
  written({ place, entries }: Part): void {
    this.#identity?.written(place, entries.length);
  }

  /** The next batch goes out under a new producer id, with sequences from 0. */
  renewIdentity(): void {
    this.#identity = undefined;
  }

  async end(): Promise<void> {
    this.#throttle.end();
    await this.#connections.end();
  }

  async #negotiated(connection: Connection): Promise<Apis> {
    if (this.#apis === undefined) {
      const { apiKeys } = await apiVersionsV1.api.async(connection, ...UNNAMED);
      this.#apis = chooseApis(apiKeys);
    }
    return this.#apis;
  }
}

async function metadataOf(connection: Connection, { metadata }: Apis, names: string[]): Promise<Metadata> {
  try {
    return await metadata.async(connection, names, false);
  } catch (error) {
    // The client takes one unknown topic for a failure of all; the answer is at hand all the same.
    if (error instanceof ResponseError) return error['response'] as Metadata;
    throw error;
  }
}
