import type { Server } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { answerBrokenRequests } from './broken-requests.ts';

/** How long requests in flight may take to end once nothing new is accepted. */
const DRAIN_MS = 5_000;

const SWEEP_MS = 50;

/** A listening app. */
export interface Listener {
  readonly url: string;
  /** Accepts nothing new, lets requests in flight end (5 s at most), then closes the app. */
  close(): Promise<void>;
}

/** Listens; rejects when the port is taken, naming it. Port 0 takes a free one. */
export async function listen(app: INestApplication, host: string, port: number): Promise<Listener> {
  const server = app.getHttpServer() as Server;
  answerBrokenRequests(server);
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} on ${host} is taken`, { cause: error }) : error);
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `${server instanceof HttpsServer ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    async close() {
      const drained = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection that was busy when we closed is kept alive by its client afterwards: it is closed once it is idle.
      const sweeping = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await drained;
      clearInterval(sweeping);
      clearTimeout(late);
      await app.close();
    },
  };
}
