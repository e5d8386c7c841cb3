import type { OutgoingMessage } from '../../../publisher/publisher.ts';
import { type ProducerStamp, roomFor, seal, writeRecordBatch } from './record-batch.ts';

const ALL_REPLICAS = -1;
const NO_TRANSACTION = -1;

/** Messages of one partition, to be written as one record batch. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly OutgoingMessage[];
  readonly producer: ProducerStamp;
}

/**
 * A Produce request of version 3 to 8, which differ in their answers only, without its header: `acks=all`, any number of
 * partitions of one leader.
 *
 * @param timeoutMs how long the leader waits for its replicas
 * @param time of all messages, in milliseconds
 */
export function encodeProduce(batches: readonly PartitionBatch[], timeoutMs: number, time: number): Buffer {
  const topics = [...Map.groupBy(batches, ({ topic }) => topic)];
  let room = 2 + 2 + 4 + 4;
  for (const [topic] of topics) room += 2 + Buffer.byteLength(topic) + 4;
  for (const { messages } of batches) room += 4 + 4 + roomFor(messages);
  const bytes = Buffer.allocUnsafe(room);
  let at = bytes.writeInt16BE(NO_TRANSACTION, 0);
  at = bytes.writeInt16BE(ALL_REPLICAS, at);
  at = bytes.writeInt32BE(timeoutMs, at);
  at = bytes.writeInt32BE(topics.length, at);
  for (const [topic, ofTopic] of topics) {
    at = bytes.writeInt16BE(Buffer.byteLength(topic), at);
    at += bytes.write(topic, at);
    at = bytes.writeInt32BE(ofTopic.length, at);
    for (const { partition, messages, producer } of ofTopic) {
      const lengthAt = bytes.writeInt32BE(partition, at);
      const batch = writeRecordBatch(bytes, lengthAt + 4, messages, time, producer);
      seal(bytes, batch);
      bytes.writeInt32BE(batch.to - batch.from, lengthAt);
      at = batch.to;
    }
  }
  return bytes.subarray(0, at);
}
