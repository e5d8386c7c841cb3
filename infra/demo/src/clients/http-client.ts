import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../plan/random.ts';
import type { Tally } from './tally.ts';

/** A request as a client means it. It may go out several times. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Made anew for each attempt: a form can be read once. */
  readonly form?: () => FormData;
  readonly idempotencyKey?: string;
}

/** An answer below 500. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a door answers is checked by whoever asked
  readonly body: any;
}

/** A door stayed shut, or answered 5xx, for as long as the client was willing to try. */
export class DoorShutError extends Error {
  readonly code = 'door_shut';
  readonly retryable = true;

  constructor({ method, path }: Call, attempts: number, last: string) {
    super(`${method} ${path}: no answer in ${attempts} attempts, last ${last}`);
    this.name = 'DoorShutError';
  }
}

export interface HttpClientOptions {
  /** The instances of one door; each attempt takes one of them. */
  readonly urls: () => readonly string[];
  /** The Authorization header, or none; asked again after a 401. */
  readonly authorization?: (fresh: boolean) => Promise<string>;
  readonly random: Random;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

const ATTEMPT_MS = 15_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * A client as a careful partner would write it: sends a request again, with the same Idempotency-Key, when the
 * connection breaks, the answer takes too long, or is 429 or 5xx; waits longer each time; gives up only when told to.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** @throws DoorShutError once the client's signal fires */
  async send(call: Call): Promise<Answer> {
    const { random, tally, signal } = this.#options;
    let wait = FIRST_WAIT_MS;
    let last = 'none was sent';
    let fresh = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#attempt(call, fresh);
        if (answer.status < 500 && answer.status !== 429 && answer.status !== 401) return answer;
        if (answer.status === 401 && (fresh || this.#options.authorization === undefined)) return answer;
        fresh = answer.status === 401;
        last = `${answer.status}`;
      } catch (error) {
        last = reasonOf(error);
      }
      if (signal.aborted) throw new DoorShutError(call, attempt, last);
      tally.retries += 1;
      await delay(wait * (0.5 + random.next()), undefined, { signal }).catch(() => {});
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }

  /**
   * The same request twice at once, as a double-click sends it. The answers that came: when the client leaves in between,
   * one may be all there is.
   *
   * @throws DoorShutError when there is none
   */
  async sendTwice(call: Call): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    let shut: unknown;
    for (const one of await Promise.allSettled([this.send(call), this.send(call)])) {
      if (one.status === 'fulfilled') answers.push(one.value);
      else if (one.reason instanceof DoorShutError) shut = one.reason;
      else throw one.reason;
    }
    if (answers.length === 0) throw shut;
    return answers;
  }

  async #attempt(call: Call, fresh: boolean): Promise<Answer> {
    const { urls, authorization, random, signal } = this.#options;
    const instances = urls();
    const url = `${instances[random.below(instances.length)]}${call.path}`;
    // As bytes: Node's fetch ends the process when a request is broken off while it still reads a form.
    const form = call.form === undefined ? undefined : new Response(call.form());
    const formType = form?.headers.get('content-type');
    const response = await fetch(url, {
      method: call.method,
      headers: {
        ...(authorization ? { authorization: await authorization(fresh) } : {}),
        ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(formType ? { 'content-type': formType } : {}),
        ...call.headers,
      },
      body: form === undefined ? (call.json === undefined ? null : JSON.stringify(call.json)) : await form.bytes(),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}
