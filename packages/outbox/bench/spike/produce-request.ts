import {
  type Extent,
  NO_PRODUCER,
  roomFor,
  seal,
  writeRecordBatch,
} from '../../src/platformatic/produce/wire/record-batch.ts';
import { partitionOf } from '../../src/publisher/murmur2.ts';
import type { OutgoingMessage } from '../../src/publisher/publisher.ts';

const PRODUCE = 0;
/** The last version but one without "flexible" fields. Kafka 4 takes 3 and later. */
const VERSION = 7;
const CORRELATION_AT = 8;
const CLIENT_ID = 'bench-spike';
const ALL_REPLICAS = -1;
const TIMEOUT_MS = 9_000;

/** A request as it goes over the wire, but for its correlation id and the checksums of its batches. */
export interface ProduceRequest {
  readonly bytes: Buffer;
  readonly batches: readonly Extent[];
}

/** Encodes records of one topic into one request, which goes to the leader of all its partitions. */
export function encodeProduce(topic: string, records: readonly OutgoingMessage[], partitions: number): ProduceRequest {
  const byPartition: OutgoingMessage[][] = Array.from({ length: partitions }, () => []);
  for (const record of records) byPartition[partitionOf(record.key, partitions)]?.push(record);
  const used = [...byPartition.entries()].filter(([, ofPartition]) => ofPartition.length > 0);
  const frame = 64 + CLIENT_ID.length + Buffer.byteLength(topic) + 8 * used.length;
  // A memory of its own, which can be handed to another thread.
  const bytes = Buffer.allocUnsafeSlow(used.reduce((room, [, ofPartition]) => room + roomFor(ofPartition), frame));
  let at = bytes.writeInt16BE(PRODUCE, 4);
  at = bytes.writeInt16BE(VERSION, at);
  at = bytes.writeInt32BE(0, at);
  at = writeText(bytes, at, CLIENT_ID);
  at = bytes.writeInt16BE(-1, at); // no transaction
  at = bytes.writeInt16BE(ALL_REPLICAS, at);
  at = bytes.writeInt32BE(TIMEOUT_MS, at);
  at = bytes.writeInt32BE(1, at);
  at = writeText(bytes, at, topic);
  at = bytes.writeInt32BE(used.length, at);
  const now = Date.now();
  const batches = used.map(([partition, ofPartition]) => {
    const lengthAt = bytes.writeInt32BE(partition, at);
    const batch = writeRecordBatch(bytes, lengthAt + 4, ofPartition, now, NO_PRODUCER);
    bytes.writeInt32BE(batch.to - batch.from, lengthAt);
    at = batch.to;
    return batch;
  });
  bytes.writeInt32BE(at - 4, 0);
  return { bytes: bytes.subarray(0, at), batches };
}

/** Writes what `encodeProduce` left out: from here on the bytes can be sent. */
export function sealRequest({ bytes, batches }: ProduceRequest, correlation: number): void {
  for (const batch of batches) seal(bytes, batch);
  bytes.writeInt32BE(correlation, CORRELATION_AT);
}

/** @throws Error when the broker did not write one of the batches */
export function assertWritten(response: Buffer): void {
  let at = 4; // the correlation id
  const topics = response.readInt32BE(at);
  at += 4;
  for (let topic = 0; topic < topics; topic += 1) {
    at += 2 + response.readInt16BE(at);
    const partitions = response.readInt32BE(at);
    at += 4;
    for (let n = 0; n < partitions; n += 1) {
      const code = response.readInt16BE(at + 4);
      if (code !== 0) throw new Error(`partition ${response.readInt32BE(at)}: Kafka's error ${code}`);
      at += 4 + 2 + 3 * 8; // partition, error, base offset, time, first offset
    }
  }
}

function writeText(target: Buffer, at: number, text: string): number {
  const length = target.write(text, at + 2);
  target.writeInt16BE(length, at);
  return at + 2 + length;
}
