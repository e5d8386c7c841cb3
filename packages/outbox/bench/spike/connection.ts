import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One connection to one broker. A broker answers the requests of a connection in their order. */
export class Connection {
  readonly #socket: Socket;
  readonly #waiting: PromiseWithResolvers<Buffer>[] = [];
  #received: Buffer[] = [];
  #size = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the broker closed the connection')));
  }

  /** @param broker host:port */
  static async open(broker: string): Promise<Connection> {
    const { hostname, port } = new URL(`kafka://${broker}`);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Sends a whole request; settles with the answer, without its length. Any number may be under way. */
  request(bytes: Buffer): Promise<Buffer> {
    const answer = Promise.withResolvers<Buffer>();
    this.#waiting.push(answer);
    this.#socket.write(bytes);
    return answer.promise;
  }

  async close(): Promise<void> {
    this.#socket.end();
    await once(this.#socket, 'close');
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#size < 4) return;
    let bytes = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
      const end = 4 + bytes.readInt32BE(0);
      this.#waiting.shift()?.resolve(bytes.subarray(4, end));
      bytes = bytes.subarray(end);
    }
    this.#received = [bytes];
    this.#size = bytes.length;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
