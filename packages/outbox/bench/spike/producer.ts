import type { OutgoingMessage } from '../../src/publisher/publisher.ts';
import type { RawProducer } from '../load/raw-producer.ts';
import { PARTITIONS } from '../servers/topic.ts';
import { Connection } from './connection.ts';
import { assertWritten, encodeProduce, sealRequest } from './produce-request.ts';

/**
 * Encodes record batches by itself and sends them over one socket: `acks=all`, any number of requests under way.
 *
 * A spike. It asks for no metadata and takes the broker it is given for the leader of everything; it has no producer id,
 * so no defence against repeats; it does not try again, and knows neither TLS nor SASL nor throttling.
 */
export function ownProducer(broker: string): RawProducer {
  let connected: Promise<Connection> | undefined;
  let requests = 0;
  return {
    prepare: (records: readonly OutgoingMessage[]) => async () => {
      connected ??= Connection.open(broker);
      const connection = await connected;
      const request = encodeProduce(records[0]?.topic ?? '', records, PARTITIONS);
      sealRequest(request, requests++);
      assertWritten(await connection.request(request.bytes));
    },
    async close() {
      await (await connected)?.close();
    },
  };
}
