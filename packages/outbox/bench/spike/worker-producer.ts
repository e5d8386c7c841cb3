import { Worker } from 'node:worker_threads';
import type { RawProducer } from '../load/raw-producer.ts';
import { PARTITIONS } from '../servers/topic.ts';
import { encodeProduce } from './produce-request.ts';
import type { Sent } from './sending-thread.ts';

/**
 * As `ownProducer`, with the checksums and the socket in a thread of their own. Records are encoded here: objects would
 * have to be copied to get there, the encoded bytes change hands as they are.
 */
export function workerProducer(broker: string): RawProducer {
  const worker = new Worker(new URL('sending-thread.ts', import.meta.url), { workerData: { broker } });
  const waiting: PromiseWithResolvers<void>[] = [];
  worker.on('message', ({ error }: Sent) => {
    const sent = waiting.shift();
    if (error === undefined) sent?.resolve();
    else sent?.reject(new Error(error));
  });
  worker.on('error', (error) => {
    for (const sent of waiting.splice(0)) sent.reject(error);
  });
  return {
    prepare: (records) => async () => {
      const request = encodeProduce(records[0]?.topic ?? '', records, PARTITIONS);
      const sent = Promise.withResolvers<void>();
      waiting.push(sent);
      worker.postMessage(request, [request.bytes.buffer as ArrayBuffer]);
      await sent.promise;
    },
    async close() {
      await worker.terminate();
    },
  };
}
