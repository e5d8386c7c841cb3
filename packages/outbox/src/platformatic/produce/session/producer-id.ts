import { setTimeout as delay } from 'node:timers/promises';
import { ResponseError } from '@platformatic/kafka';

/** COORDINATOR_LOAD_IN_PROGRESS: a broker that has just started has no block of producer ids yet. It asked for one. */
const NOT_YET = 14;
/** Together some seconds. */
const ATTEMPTS = 30;
const PAUSE_MS = 100;

/**
 * What `ask` answers, asked again while the broker says that it has no producer ids yet. Nothing was sent by then, so nothing
 * can be sent twice.
 */
export async function producerIdFrom<Answer>(ask: () => Promise<Answer>, pauseMs = PAUSE_MS): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS || !saysNotYet(error)) throw error;
    }
    await delay(pauseMs);
  }
}

const saysNotYet = (error: unknown): boolean =>
  error instanceof ResponseError && (error['response'] as { errorCode?: unknown } | undefined)?.errorCode === NOT_YET;
