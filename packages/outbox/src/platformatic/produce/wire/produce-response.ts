import type { Reader } from '@platformatic/kafka';

/** What became of the batch of one partition. */
export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  /** Kafka's error, 0 for none. */
  readonly code: number;
  /** Which messages of the batch were at fault, where the broker tells. */
  readonly faulty: readonly number[];
  readonly detail: string | null;
}

export interface ProduceAnswer {
  readonly partitions: readonly PartitionAnswer[];
  /** How long the broker wants silence. */
  readonly throttleMs: number;
}

/** From this version on the answer says where a batch starts, and from the next on which messages are at fault. */
const WITH_LOG_START = 5;
const WITH_FAULTS = 8;

/** Reads the answer to a Produce request of version 3 to 8, behind its header. */
export function readProduceAnswer(version: number, reader: Reader): ProduceAnswer {
  const topics = reader.readArray(() => readTopic(version, reader), false, false);
  return { partitions: topics.flat(), throttleMs: reader.readInt32() };
}

function readTopic(version: number, reader: Reader): PartitionAnswer[] {
  const topic = reader.readString(false);
  return reader.readArray(() => readPartition(version, topic, reader), false, false);
}

function readPartition(version: number, topic: string, reader: Reader): PartitionAnswer {
  const partition = reader.readInt32();
  const code = reader.readInt16();
  reader.skip(8 + 8); // offset, time
  if (version >= WITH_LOG_START) reader.skip(8);
  if (version < WITH_FAULTS) return { topic, partition, code, faulty: [], detail: null };
  const faults = reader.readArray(() => readFault(reader), false, false);
  const detail = reader.readNullableString(false) ?? faults.find(({ text }) => text !== null)?.text ?? null;
  return { topic, partition, code, faulty: faults.map(({ index }) => index), detail };
}

function readFault(reader: Reader): { index: number; text: string | null } {
  return { index: reader.readInt32(), text: reader.readNullableString(false) };
}
