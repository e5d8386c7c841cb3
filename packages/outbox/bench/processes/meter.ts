import { usage } from '@bezel/local/measuring';
import type { Publisher } from '../../src/publisher/publisher.ts';

/** How a drain went. */
export interface Drain {
  readonly messages: number;
  /** From the first send to the last acknowledgement. */
  readonly ms: number;
  /** From `start` to the first send: connections, leases, the first read. */
  readonly startMs: number;
  /** Of the process, from the first send to the last acknowledgement. */
  readonly cpuMs: number;
}

/** The same publisher, watched: tells once when `count` messages are acknowledged, and how long that took. */
export function meter(publisher: Publisher, count: number, reached: (drain: Drain) => void): Publisher {
  const created = performance.now();
  let first: number | undefined;
  let cpuBefore = 0;
  let messages = 0;
  let told = false;
  return {
    async publish(batch) {
      if (first === undefined) {
        first = performance.now();
        cpuBefore = usage().cpuMs;
      }
      const results = await publisher.publish(batch);
      for (const { ok } of results) if (ok) messages += 1;
      if (messages >= count && !told) {
        told = true;
        reached({
          messages,
          ms: performance.now() - first,
          startMs: first - created,
          cpuMs: usage().cpuMs - cpuBefore,
        });
      }
      return results;
    },
    close: () => publisher.close(),
  };
}
