import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { payloadCodec } from './payload-codec.ts';
import type { PayloadKeys } from './payload-keys.ts';

/** The module that makes payloads of what failures say, so that a codec encrypts it. */
export const FAILURE_CONVERTER: string = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? 'failure-converter.cts' : 'failure-converter.cjs',
);

/**
 * How clients and workers write and read what Temporal keeps of an order. The codec is there without keys too: what it
 * cannot read then fails by its name, and the task is tried again, where an unknown encoding could end an order.
 */
export const dataConverterWith = (keys: PayloadKeys): DataConverter => ({
  payloadCodecs: [payloadCodec(keys)],
  ...(keys.length > 0 && { failureConverterPath: FAILURE_CONVERTER }),
});
