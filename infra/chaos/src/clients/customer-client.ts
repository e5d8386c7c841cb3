import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type Call, DoorShutError, HttpClient, type HttpClientOptions } from '@bezel/demo/clients';

/** An order as its customer sees it. */
export interface SeenOrder {
  readonly id: string;
  readonly status: string;
  readonly late: boolean;
}

/** Statuses an order was seen in by its customer, one after the other. */
export type Sightings = Map<string, string[]>;

export interface CustomerClientOptions extends HttpClientOptions {
  readonly sightings: Sightings;
  /** Asked before an offer is accepted: false: the customer walks off. */
  readonly accepts: () => boolean;
  /** Called each time the customer sees an order. */
  readonly saw?: (order: SeenOrder) => void;
}

const SIGN_IN_AGAIN_MS = 500;

/**
 * A client that writes down what its customer saw. A door whose clock is wrong takes good tokens and signatures for bad
 * ones: as people do, it tries again until another instance, or the same one later, lets it in.
 */
export class CustomerClient extends HttpClient {
  readonly #options: CustomerClientOptions;

  constructor(options: CustomerClientOptions) {
    super(options);
    this.#options = options;
  }

  override async send(call: Call): Promise<Answer> {
    const { signal, accepts } = this.#options;
    if (call.path.endsWith('/accept') && !accepts()) throw new DoorShutError(call, 0, 'the price is too high');
    for (;;) {
      const answer = await super.send(call);
      if (answer.status !== 401) {
        this.#saw(call, answer);
        return answer;
      }
      if (signal.aborted) throw new DoorShutError(call, 1, '401');
      await delay(SIGN_IN_AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }

  #saw({ method, path }: Call, { status, body }: Answer): void {
    const orderId = /^\/v1\/orders\/([^/]+)$/.exec(path)?.[1];
    if (method !== 'GET' || status !== 200 || orderId === undefined) return;
    const seen = this.#options.sightings.get(orderId) ?? [];
    if (seen.at(-1) !== body.status) seen.push(String(body.status));
    this.#options.sightings.set(orderId, seen);
    this.#options.saw?.(body);
  }
}
