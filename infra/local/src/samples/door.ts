import { setTimeout as delay } from 'node:timers/promises';

/** A request to one of the doors. It may be sent more than once. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly authorization?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt: a form can be read once. */
  readonly body?: () => FormData | string;
}

/** A door refused a request. */
export class DoorRefusedError extends Error {
  readonly code = 'DOOR_REFUSED';

  constructor({ method, url }: Call, status: number, body: string) {
    super(`${method} ${url} answers ${status}: ${body}`);
    this.name = 'DoorRefusedError';
  }
}

const ATTEMPT_MS = 10_000;
const AGAIN_MS = 300;

/**
 * Sends a request until it is answered with less than 500: a process that was killed a moment ago is back soon. A POST
 * is safe to repeat when it carries an Idempotency-Key. Throws {@link DoorRefusedError} on 4xx, and the signal's reason
 * once it fires.
 */
export async function ask<T>(call: Call, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const response = await fetch(call.url, {
        method: call.method,
        headers: {
          ...(call.authorization === undefined ? {} : { authorization: call.authorization }),
          ...call.headers,
        },
        body: call.body?.() ?? null,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
      });
      const text = await response.text();
      if (response.ok) {
        return JSON.parse(text) as T;
      }
      if (response.status < 500 && response.status !== 429) {
        throw new DoorRefusedError(call, response.status, text);
      }
    } catch (error) {
      if (error instanceof DoorRefusedError) {
        throw error;
      }
    }
    await delay(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}
