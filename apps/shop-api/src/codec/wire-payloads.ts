import type { Payload } from '@temporalio/common';
import { z } from 'zod';

/** Bytes in protobuf's JSON: base64 of either alphabet, padded or not. A last group of one letter is no byte. */
const Bytes = z
  .string()
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'expected base64')
  .refine((text) => (text.indexOf('=') < 0 ? text.length : text.indexOf('=')) % 4 !== 1, 'expected base64');

/** A payload as protobuf's JSON has it. What else it holds is kept as it is, where the payload is. */
export const WirePayload = z.looseObject({
  metadata: z.record(z.string().max(200), Bytes).nullish(),
  data: Bytes.nullish(),
});
export type WirePayload = z.output<typeof WirePayload>;

/** More than any page of a history holds. */
const MOST = 2_000;

/** The body of both requests and of both answers. */
export const WirePayloads = z.object({ payloads: z.array(WirePayload).max(MOST) });
export type WirePayloads = z.output<typeof WirePayloads>;

/** A payload as codecs have it. */
export const fromWire = ({ metadata, data }: WirePayload): Payload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
  ),
  data: Buffer.from(data ?? '', 'base64'),
});

/** The inverse of {@link fromWire}. */
export const toWire = ({ metadata, data }: Payload): WirePayload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  ...(data && { data: Buffer.from(data).toString('base64') }),
});
