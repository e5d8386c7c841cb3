import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to bytes on a link, and to connections made from then on. */
type State =
  | { readonly kind: 'open' }
  /** Connections are reset, new ones too. */
  | { readonly kind: 'cut' }
  /**
   * Connections stand, new ones are taken, and nothing comes through, no beginning and no end (a reset does): as when packets are
   * dropped.
   */
  | { readonly kind: 'silent'; readonly mended: Promise<void>; readonly mend: () => void }
  /** Each piece waits so long, one after the other: latency, and with it less throughput. */
  | { readonly kind: 'slow'; readonly delayMs: number };

export interface LinkOptions {
  /** Who talks over it to whom: `shop-relay-1 to kafka`. */
  readonly name: string;
  /** Where it listens, on 127.0.0.1; default: any free port. */
  readonly port?: number;
  /** Ports it leads to, asked for each new connection, which takes the next of them. */
  readonly targets: () => readonly number[];
}

/**
 * A TCP proxy in front of one server for one process. Bytes go through as they are, in order, with back-pressure, until it
 * is cut, silenced, stranded or slowed. But for a stranded connection a byte that was taken is delivered or its connection is
 * broken: TCP promises no less.
 */
export class Link implements AsyncDisposable {
  readonly name: string;
  readonly #targets: () => readonly number[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Ends the passage of bytes for connections taken before it was stranded last. */
  #stranding = new AbortController();
  #state: State = { kind: 'open' };
  #next = 0;
  #met = 0;

  private constructor({ name, targets }: LinkOptions) {
    this.name = name;
    this.#targets = targets;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void this.#take(socket));
  }

  static async open(options: LinkOptions): Promise<Link> {
    const link = new Link(options);
    await new Promise<void>((resolve, reject) => {
      link.#server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `127.0.0.1:port`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How often somebody met what was done to it last: connections that were reset, pieces that had to wait. */
  get met(): number {
    return this.#met;
  }

  cut(): void {
    this.#become({ kind: 'cut' });
    this.#met += this.#sockets.size;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  silence(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#become({ kind: 'silent', mended: promise, mend: resolve });
  }

  /** Connections that stand now carry nothing any more, except their end; new ones go through. */
  strand(): void {
    this.#stranding.abort();
    this.#stranding = new AbortController();
  }

  slow(delayMs: number): void {
    this.#become({ kind: 'slow', delayMs });
  }

  mend(): void {
    this.#become({ kind: 'open' });
  }

  #become(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (state.kind !== 'open') this.#met = 0;
    if (before.kind === 'silent') before.mend();
  }

  async #take(client: Socket): Promise<void> {
    if (this.#state.kind === 'cut') {
      this.#met += 1;
      client.on('error', () => {}).resetAndDestroy();
      return;
    }
    this.#keep(client);
    await this.#heardAgain();
    const targets = this.#targets();
    const target = targets[this.#next % targets.length];
    this.#next += 1;
    if (target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#keep(server);
    try {
      await Promise.all([pipeline(client, this.#passage(), server), pipeline(server, this.#passage(), client)]);
    } catch {
      // The one who broke it off knows; the other is told below.
    }
    for (const socket of [client, server]) socket.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket));
  }

  #passage(): Transform {
    const stranding = this.#stranding.signal;
    return new Transform({
      transform: (chunk, _, done) =>
        void this.#pass().then(() => {
          if (!stranding.aborted) done(null, chunk);
        }, done),
      flush: (done) => void this.#pass().then(() => done(), done),
    });
  }

  async #pass(): Promise<void> {
    if (this.#state.kind !== 'open') this.#met += 1;
    await this.#heardAgain();
    if (this.#state.kind === 'slow') await delay(this.#state.delayMs);
  }

  /** Settles when the link is not silent. */
  async #heardAgain(): Promise<void> {
    while (this.#state.kind === 'silent') await this.#state.mended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mend();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
