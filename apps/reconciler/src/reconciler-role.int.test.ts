// The first import registers the metrics SDK before anything records into it.

import '@bezel/service';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createDatabase, testServers, waitFor } from '@bezel/local/testing';
import { test } from '@jest/globals';
import { reconcilerRole } from './reconciler-role.ts';

/** Much longer than a stop may take, and shorter than a question to Kafka waits. */
const STOPS_WITHIN_MS = 20_000;

test('a stop does not wait for a server that is away', async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = testServers();
  await using database = await createDatabase();
  const { url } = database;
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const asked = once(silent, 'connection');
  const role = reconcilerRole({
    stack: {
      postgres: { shop: url, mes: url, crm: url },
      kafka: [`127.0.0.1:${(silent.address() as AddressInfo).port}`],
      temporal: { address, namespace },
    },
    door: undefined,
  });
  await role.start((error) => {
    throw error;
  });
  const [socket] = (await asked) as [Socket];
  let stopped = false;
  const stopping = role.stop().then(() => {
    stopped = true;
  });
  try {
    await waitFor('it to be stopped', () => stopped, { deadlineMs: STOPS_WITHIN_MS });
  } finally {
    silent.close();
    socket.destroy();
    await stopping;
  }
}, 120_000);
