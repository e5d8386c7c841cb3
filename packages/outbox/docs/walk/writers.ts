import { setTimeout as delay } from 'node:timers/promises';

/** Services at work: each has a key of its own, and numbers what it commits, one transaction after the other. */
export interface Writers {
  /** How many each has committed, by key. */
  readonly committed: ReadonlyMap<string, number>;
  /** Ends them; throws what one of them failed with. */
  stop(): Promise<void>;
}

/** `everyMs` is how long each rests between two: whoever reads what they write has to come along. */
export function startWriters(
  keys: readonly string[],
  commit: (key: string, n: number) => Promise<void>,
  everyMs = 1,
): Writers {
  const committed = new Map(keys.map((key) => [key, 0]));
  let going = true;
  const works = keys.map(async (key) => {
    for (let n = 0; going; n += 1) {
      await commit(key, n);
      committed.set(key, n + 1);
      await delay(everyMs);
    }
  });
  // Told of at the end; until then it is not unhandled.
  const ended = Promise.allSettled(works);
  return {
    committed,
    async stop() {
      going = false;
      await ended;
      await Promise.all(works);
    },
  };
}
