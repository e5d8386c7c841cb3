import { setTimeout as delay } from 'node:timers/promises';
import type { HttpClient } from '@bezel/demo/clients';
import { APPS, parkedOf } from '@bezel/ledger';
import type { StackWithoutApps } from '@bezel/local/bench';

export interface RedriveOptions {
  readonly databases: StackWithoutApps['context']['databases'];
  /** Signed in as an administrator. */
  readonly admin: HttpClient;
  /** Called when all have parked something, before it is asked for again. */
  readonly mend: () => void;
  readonly signal: AbortSignal;
}

const LOOK_AGAIN_MS = 500;
/** A repair that left something parked is followed by another one: a message was parked meanwhile. */
const ASK_AGAIN_MS = 15_000;

/**
 * Waits until every app has parked something of an order, mends the cause, and asks for it to be played again, as an administrator
 * does, until nothing of it is parked anywhere. What the shop parks its workflow has heard: so the others have something to park.
 *
 * @throws DoorShutError once the signal fires
 */
export async function redriveWhenParked(
  orderId: string,
  { databases, admin, mend, signal }: RedriveOptions,
): Promise<void> {
  /** How many apps have. */
  const parkedIn = async (): Promise<number> => {
    try {
      const parked = await Promise.all(APPS.map((app) => parkedOf(databases[app].auditUrl, app, orderId, signal)));
      return parked.filter((keys) => keys.length > 0).length;
    } catch (error) {
      if (signal.aborted) return 0;
      throw error;
    }
  };
  const pause = (): Promise<void> => delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  while (!signal.aborted && (await parkedIn()) < APPS.length) await pause();
  mend();
  for (let time = 1; (await parkedIn()) > 0; time += 1) {
    await admin.send({
      method: 'POST',
      path: `/v1/operations/orders/${orderId}/repairs`,
      idempotencyKey: `${orderId}.redrive.${time}`,
      json: { kind: 'redrive', reason: 'what its messages could not be handled for is mended' },
    });
    const until = performance.now() + ASK_AGAIN_MS;
    while (performance.now() < until && (await parkedIn()) > 0) await pause();
  }
}
