import { crc32c } from '@platformatic/kafka';
import type { OutgoingMessage } from '../../../publisher/publisher.ts';

/** Bytes of a batch before its first record. */
const HEAD = 61;
const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const MAGIC = 2;
/** A varint of 32 bits takes no more. */
const VARINT = 5;
/** Nor one of 64 bits than this. */
const VARLONG = 10;
/** Attributes, time, length, offset, lengths of key and value, number of headers. */
const RECORD_FRAME = 1 + VARLONG + 5 * VARINT;

/** What makes a batch idempotent: the broker writes a sequence of a producer once, and none out of turn. */
export interface ProducerStamp {
  readonly id: bigint;
  readonly epoch: number;
  /** Of the first record; those behind it count on. */
  readonly sequence: number;
}

/** The stamp of a batch that may be written any number of times. */
export const NO_PRODUCER: ProducerStamp = { id: -1n, epoch: -1, sequence: -1 };

/** Where a batch lies in a request. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Bytes in which a batch of these records certainly has room. */
export function roomFor(records: readonly OutgoingMessage[]): number {
  let room = HEAD;
  for (const { key, value, headers } of records) {
    room += RECORD_FRAME + key.length + value.length;
    for (const [name, bytes] of headers) room += framedName(name).length + VARINT + bytes.length;
  }
  return room;
}

/**
 * Writes records as one batch of Kafka's format 2, without compression. Its checksum is left to `seal`.
 *
 * @param time of records without a time of their own, in ms since 1970
 */
export function writeRecordBatch(
  target: Buffer,
  from: number,
  records: readonly OutgoingMessage[],
  time: number,
  { id, epoch, sequence }: ProducerStamp,
): Extent {
  const first = records[0]?.timestamp ?? time;
  let latest = first;
  let at = from + HEAD;
  for (const [n, record] of records.entries()) {
    const { timestamp = time } = record;
    if (timestamp > latest) latest = timestamp;
    at = writeRecord(target, at, record, n, timestamp - first);
  }
  target.writeBigInt64BE(0n, from);
  target.writeInt32BE(at - from - LEADER_EPOCH_AT, from + LENGTH_AT);
  target.writeInt32BE(-1, from + LEADER_EPOCH_AT);
  target.writeInt8(MAGIC, from + MAGIC_AT);
  let head = target.writeInt16BE(0, from + ATTRIBUTES_AT);
  head = target.writeInt32BE(records.length - 1, head);
  head = target.writeBigInt64BE(BigInt(first), head);
  head = target.writeBigInt64BE(BigInt(latest), head);
  head = target.writeBigInt64BE(id, head);
  head = target.writeInt16BE(epoch, head);
  head = target.writeInt32BE(sequence, head);
  target.writeInt32BE(records.length, head);
  return { from, to: at };
}

/** Writes the checksum of a batch, without which a broker refuses it: CRC-32C of all that follows. */
export function seal(target: Buffer, { from, to }: Extent): void {
  target.writeUInt32BE(crc32c(target.subarray(from + ATTRIBUTES_AT, to)), from + CRC_AT);
}

function writeRecord(
  target: Buffer,
  from: number,
  { key, value, headers }: OutgoingMessage,
  offset: number,
  later: number,
): number {
  let size =
    1 + varlongSize(later) + varintSize(offset) + framedSize(key) + framedSize(value) + varintSize(headers.length);
  for (const [name, bytes] of headers) size += framedName(name).length + framedSize(bytes);
  let at = writeVarint(target, from, size);
  target[at++] = 0; // attributes
  at = writeVarlong(target, at, later);
  at = writeVarint(target, at, offset);
  at = writeFramed(target, at, key);
  at = writeFramed(target, at, value);
  at = writeVarint(target, at, headers.length);
  for (const [name, bytes] of headers) {
    at = copy(target, at, framedName(name));
    at = writeFramed(target, at, bytes);
  }
  return at;
}

const framedSize = ({ length }: Buffer): number => varintSize(length) + length;

const writeFramed = (target: Buffer, at: number, bytes: Buffer): number =>
  copy(target, writeVarint(target, at, bytes.length), bytes);

/** From this length on the engine's own copy is quicker than a loop. */
const LONG = 48;

function copy(target: Buffer, at: number, bytes: Buffer): number {
  const { length } = bytes;
  if (length >= LONG) target.set(bytes, at);
  else for (let n = 0; n < length; n += 1) target[at + n] = bytes[n] as number;
  return at + length;
}

/** A signed number of up to 53 bits, in zigzag: 0, -1, 1, -2 become 0, 1, 2, 3. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

function varlongSize(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function writeVarlong(target: Buffer, from: number, value: number): number {
  let at = from;
  let rest = zigzag(value);
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  target[at++] = rest;
  return at;
}

/** A number that is not negative, in zigzag as well: its double. */
function varintSize(value: number): number {
  let size = 1;
  for (let rest = (value << 1) >>> 7; rest > 0; rest >>>= 7) size += 1;
  return size;
}

function writeVarint(target: Buffer, from: number, value: number): number {
  let at = from;
  let rest = (value << 1) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

const NAMES_AT_MOST = 1_000;
const framedNames = new Map<string, Buffer>();

/** The few names of headers, as they stand in every record. */
function framedName(name: string): Buffer {
  let framed = framedNames.get(name);
  if (framed === undefined) {
    if (framedNames.size >= NAMES_AT_MOST) framedNames.clear();
    const bytes = Buffer.from(name);
    framed = Buffer.alloc(framedSize(bytes));
    writeFramed(framed, 0, bytes);
    framedNames.set(name, framed);
  }
  return framed;
}
