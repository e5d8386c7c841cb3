import { setTimeout as pause } from 'node:timers/promises';
import type { Repair, RepairPlan } from '../repair.ts';
import { type AskedRepair, type RepairClient, RepairNotAskedError } from './repair-client.ts';

/** What became of asking for one repair of a plan. */
export type Asked =
  | { readonly asked: AskedRepair }
  | { readonly notAsked: RepairNotAskedError; readonly repair: Repair };

/**
 * Asks for every repair of a plan, in its order, and does not wait until they are carried out. Each is told as it is answered, so that
 * whoever asks knows of those before one that throws. One that is refused does not keep the others from being asked for.
 *
 * @throws RepairNotAskedError when no other would fare better: the door does not answer, or the asker is no administrator
 */
export async function* askRepairs(
  client: RepairClient,
  plan: RepairPlan,
  signal?: AbortSignal,
): AsyncGenerator<Asked, void, undefined> {
  for (const repair of plan.repairs) {
    signal?.throwIfAborted();
    yield await askedOf(client, repair);
  }
}

async function askedOf(client: RepairClient, repair: Repair): Promise<Asked> {
  try {
    return { asked: await client.ask(repair) };
  } catch (error) {
    if (!(error instanceof RepairNotAskedError) || concernsAll(error)) throw error;
    return { notAsked: error, repair };
  }
}

const concernsAll = ({ code, retryable }: RepairNotAskedError): boolean =>
  retryable ||
  code === 'not_signed_in' ||
  code === 'unauthenticated' ||
  code === 'forbidden' ||
  code === 'http_401' ||
  code === 'http_403';

export interface WaitOptions {
  /** How long to wait, in ms. */
  readonly forMs: number;
  /** Told after each look how many still wait. */
  readonly onLook?: (waiting: number) => void;
  readonly signal?: AbortSignal;
  /** Between looks, in ms. Default: 500. */
  readonly everyMs?: number;
}

/** Waits until repairs are carried out, and answers them as they are then; after `forMs` some may still be `asked`. */
export async function untilCarriedOut(
  client: RepairClient,
  repairs: readonly AskedRepair[],
  { forMs, onLook = () => {}, signal, everyMs = 500 }: WaitOptions,
): Promise<readonly AskedRepair[]> {
  const [first] = repairs;
  if (first === undefined) return [];
  const until = performance.now() + forMs;
  for (;;) {
    const now = new Map((await client.of(first.orderId)).map((repair) => [repair.id, repair]));
    const seen = repairs.map((repair) => now.get(repair.id) ?? repair);
    const waiting = seen.filter(({ state }) => state === 'asked').length;
    onLook(waiting);
    if (waiting === 0 || performance.now() >= until) return seen;
    await pause(everyMs, undefined, signal === undefined ? {} : { signal });
  }
}
