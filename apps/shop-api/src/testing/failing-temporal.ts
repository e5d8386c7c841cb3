import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** gRPC: what a server says that does not offer a call. Clients of Temporal take it for an old one. */
const UNIMPLEMENTED = 12;

/** A server that can be connected to as Temporal, and answers every list of workflows with this gRPC status. */
export async function failingTemporal(code: number) {
  const server = createServer((request, response) => {
    const status = request.url.endsWith('/ListWorkflowExecutions') ? code : UNIMPLEMENTED;
    response.writeHead(200, {
      'content-type': 'application/grpc',
      'grpc-status': String(status),
      'grpc-message': 'the disk is full',
    });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      server.close();
    },
  };
}
