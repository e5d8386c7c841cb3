/** The thread of `workerProducer`: checksums, socket, answers. */
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from './connection.ts';
import { assertWritten, type ProduceRequest, sealRequest } from './produce-request.ts';

/** What a request came to; requests are answered in their order. */
export interface Sent {
  readonly error: string | undefined;
}

const connected = Connection.open((workerData as { readonly broker: string }).broker);
let requests = 0;

async function send({ bytes, batches }: ProduceRequest): Promise<Sent> {
  try {
    const connection = await connected;
    // A Buffer that was handed over arrives as the array it is made of.
    const request = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), batches };
    sealRequest(request, requests++);
    assertWritten(await connection.request(request.bytes));
    return { error: undefined };
  } catch (error) {
    return { error: String(error) };
  }
}

parentPort?.on('message', async (request: ProduceRequest) => {
  parentPort?.postMessage(await send(request));
});
