import { setTimeout as delay } from 'node:timers/promises';
import type { Injected } from './fault.ts';

export interface Patience {
  /** How long it is tried again. In milliseconds. */
  readonly forMs: number;
  readonly againMs: number;
}

/** What a fault needs may be away because another is felt: longer than any server here takes to come back. */
const PATIENCE: Patience = { forMs: 120_000, againMs: 200 };

/** It is there since it was begun to be injected (milliseconds since 1970), or the system refused it, in its own words. */
export type Injection = { readonly injected: Injected; readonly from: number } | { readonly refused: string };

/**
 * Injects a fault, again when that fails, until patience is over: then it was refused, for good.
 *
 * @returns null when `ending` fired before it was there
 */
export async function injectFault(
  inject: () => Promise<Injected>,
  ending: AbortSignal,
  { forMs, againMs }: Patience = PATIENCE,
): Promise<Injection | null> {
  const until = performance.now() + forMs;
  while (!ending.aborted) {
    const from = Date.now();
    try {
      return { injected: await inject(), from };
    } catch (error) {
      if (performance.now() >= until) return { refused: error instanceof Error ? error.message : String(error) };
    }
    await delay(againMs, undefined, { signal: ending }).catch(() => {});
  }
  return null;
}
