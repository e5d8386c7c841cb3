import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut: what goes through ends, and nothing new gets in, until it is mended. */
export interface CuttableDoor extends AsyncDisposable {
  readonly address: string;
  cut(): void;
  mend(): void;
}

export async function openDoor(target: string): Promise<CuttableDoor> {
  const [host = '127.0.0.1', port] = target.split(':');
  const sockets = new Set<Socket>();
  let whole = true;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((inside) => {
    keep(inside);
    if (!whole) {
      inside.destroy();
      return;
    }
    const outside = connect(Number(port), host);
    keep(outside);
    inside.pipe(outside).pipe(inside);
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend() {
      whole = true;
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
