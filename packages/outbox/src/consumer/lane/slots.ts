/** At most `count` partitions work at once, so that a consumer holds at most that many connections. First come first. */
export interface Slots {
  /** Resolves with what gives the slot back, or with undefined when the signal is aborted first. */
  take(signal: AbortSignal): Promise<(() => void) | undefined>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();

  const giveBack = (): void => {
    const [first] = waiting;
    if (first === undefined) {
      free += 1;
    } else {
      waiting.delete(first);
      first();
    }
  };
  const once = (): (() => void) => {
    let given = false;
    return () => {
      if (!given) {
        given = true;
        giveBack();
      }
    };
  };

  return {
    async take(signal) {
      if (signal.aborted) {
        return undefined;
      }
      if (free > 0) {
        free -= 1;
        return once();
      }
      return new Promise((resolve) => {
        const granted = (): void => {
          signal.removeEventListener('abort', gone);
          resolve(once());
        };
        const gone = (): void => {
          waiting.delete(granted);
          resolve(undefined);
        };
        waiting.add(granted);
        signal.addEventListener('abort', gone, { once: true });
      });
    },
  };
}
