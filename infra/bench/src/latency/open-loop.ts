import { setTimeout as delay } from 'node:timers/promises';

export interface OpenLoop {
  readonly perSecond: number;
  readonly count: number;
  readonly signal: AbortSignal;
}

/**
 * Calls at a fixed rate, whatever became of the calls before. Answers how long each took, in ms, from the moment it was
 * due: time in which a call had to wait for its turn counts, so one that is slow cannot hide those behind it.
 *
 * @throws what a call throws first
 */
export async function openLoop(
  { perSecond, count, signal }: OpenLoop,
  call: (n: number) => Promise<void>,
): Promise<Float64Array> {
  const took = new Float64Array(count);
  const calls: Promise<void>[] = [];
  let failure: unknown;
  const began = performance.now();
  for (let n = 0; n < count; n += 1) {
    const due = began + (n * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await delay(wait, undefined, { signal });
    signal.throwIfAborted();
    if (failure !== undefined) break;
    calls.push(
      call(n).then(
        () => {
          took[n] = performance.now() - due;
        },
        (error: unknown) => {
          failure ??= error;
        },
      ),
    );
  }
  await Promise.all(calls);
  if (failure !== undefined) throw failure;
  return took;
}
