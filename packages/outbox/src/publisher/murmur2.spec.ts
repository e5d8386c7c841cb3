import { describe, expect, test } from '@jest/globals';
import { compatibilityPartitioner } from '@platformatic/kafka';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { murmur2, partitionOf } from './murmur2.ts';

const key = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));

describe('murmur2', () => {
  test('gives what the Java client gives', () => {
    // From the tests of org.apache.kafka.common.utils.Utils#murmur2.
    const known = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536, '': 275646681 };
    for (const [text, hash] of Object.entries(known)) {
      expect(murmur2(Buffer.from(text))).toBe(hash);
    }
  });

  test('places every key where the Java-compatible partitioners of both clients do', () => {
    const ofKafkajs = kafkajs.Partitioners.JavaCompatiblePartitioner();
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 200 }), (bytes, partitions) => {
        const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
          partitionId,
          partitionErrorCode: 0,
          leader: 0,
          replicas: [],
          isr: [],
        }));
        const place = partitionOf(bytes, partitions);
        expect(place).toBe(ofKafkajs({ topic: 't', partitionMetadata, message: { key: bytes, value: null } }));
        expect(place).toBe(compatibilityPartitioner({ topic: 't' }, bytes) % partitions);
      }),
    );
  });
});
