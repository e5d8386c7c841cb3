import type { IHeaders } from 'kafkajs';
import type { FetchedMessage } from '../subscriber/index.ts';

/** A message of kafkajs as the port has it. */
export function toFetchedMessage(message: {
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  headers?: IHeaders;
}): FetchedMessage {
  return {
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers: Object.entries(message.headers ?? {}).flatMap(([name, values]) =>
      (Array.isArray(values) ? values : [values]).map((value) => [name, toBuffer(value)] as const),
    ),
  };
}

const toBuffer = (value: Buffer | string | undefined): Buffer =>
  typeof value === 'string' ? Buffer.from(value) : (value ?? Buffer.alloc(0));
