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

/** Bytes in which a request with these batches certainly has room. */
export function roomForProduce(batches: readonly PartitionBatch[]): number {
  let room = 2 + 2 + 4 + 4;
  for (const topic of new Set(batches.map((batch) => batch.topic))) room += 2 + Buffer.byteLength(topic) + 4;
  for (const { messages } of batches) room += 4 + 4 + roomFor(messages);
  return room;
}

/**
 * Writes a Produce request of version 3 to 8, which differ in their answers only, without its header: `acks=all`, any
 * number of partitions of one leader. Answers the part of `target` that it takes.
 *
 * @param target has room for it (`roomForProduce`)
 * @param timeoutMs how long the leader waits for its replicas
 * @param time of messages without a time of their own, in ms since 1970
 */
export function encodeProduce(
  target: Buffer,
  batches: readonly PartitionBatch[],
  timeoutMs: number,
  time: number,
): Buffer {
  const topics = [...Map.groupBy(batches, ({ topic }) => topic)];
  let at = target.writeInt16BE(NO_TRANSACTION, 0);
  at = target.writeInt16BE(ALL_REPLICAS, at);
  at = target.writeInt32BE(timeoutMs, at);
  at = target.writeInt32BE(topics.length, at);
  for (const [topic, ofTopic] of topics) {
    at = target.writeInt16BE(Buffer.byteLength(topic), at);
    at += target.write(topic, at);
    at = target.writeInt32BE(ofTopic.length, at);
    for (const { partition, messages, producer } of ofTopic) {
      const lengthAt = target.writeInt32BE(partition, at);
      const batch = writeRecordBatch(target, lengthAt + 4, messages, time, producer);
      seal(target, batch);
      target.writeInt32BE(batch.to - batch.from, lengthAt);
      at = batch.to;
    }
  }
  return target.subarray(0, at);
}
