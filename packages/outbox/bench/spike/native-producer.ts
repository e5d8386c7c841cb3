import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RawProducer } from '../load/raw-producer.ts';
import type { PeerPackage } from '../peers/install.ts';

/** librdkafka for Node, of which npm brings a ready-made binary. It is installed for `--peers` only. */
export const NATIVE_CLIENT: PeerPackage = { name: 'kafka-crab-js', version: '5.0.0' };

/** The part of it that is used here. */
interface KafkaCrab {
  readonly KafkaClient: new (
    options: object,
  ) => {
    createProducer(options: object): {
      send(record: { topic: string; messages: readonly object[] }): Promise<readonly { readonly error?: unknown }[]>;
    };
  };
}

/** The native client with the settings of the raw producers: idempotent, acks all, one `send` at a time. */
export function nativeProducer(folder: string, brokers: readonly string[]): RawProducer {
  const { KafkaClient } = createRequire(join(folder, 'package.json'))(NATIVE_CLIENT.name) as KafkaCrab;
  const client = new KafkaClient({ clientId: 'bench-native', brokers: brokers.join(',') });
  const configuration = {
    ...{ acks: 'all', 'enable.idempotence': 'true', partitioner: 'murmur2', 'linger.ms': '0' },
    ...{ 'batch.num.messages': '10000', 'queue.buffering.max.messages': '100000' },
  };
  const producer = client.createProducer({ autoFlush: true, configuration });
  return {
    prepare(records) {
      const messages = records.map(({ key, value, headers }) => ({
        ...{ key, payload: value },
        headers: Object.fromEntries(headers),
      }));
      const topic = records[0]?.topic ?? '';
      return async () => {
        const failed = (await producer.send({ topic, messages })).find(({ error }) => error != null);
        if (failed !== undefined) throw new Error(`not delivered: ${JSON.stringify(failed)}`);
      };
    },
    async close() {},
  };
}
