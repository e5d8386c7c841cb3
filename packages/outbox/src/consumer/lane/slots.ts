/** At most `count` partitions work at once, so that a consumer holds at most that many connections. First come first. */
export interface Slots {
  /** Resolves with what gives the slot back, or with undefined when the signal is aborted first. `alone`: with all of them. */
  take(signal: AbortSignal, alone?: boolean): Promise<(() => void) | undefined>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<{ readonly slots: number; readonly granted: () => void }>();

  const serve = (): void => {
    for (const first of waiting) {
      if (free < first.slots) {
        return;
      }
      waiting.delete(first);
      free -= first.slots;
      first.granted();
    }
  };
  const once = (slots: number): (() => void) => {
    let given = false;
    return () => {
      if (!given) {
        given = true;
        free += slots;
        serve();
      }
    };
  };

  return {
    async take(signal, alone = false) {
      if (signal.aborted) {
        return undefined;
      }
      const slots = alone ? count : 1;
      return new Promise((resolve) => {
        const entry = {
          slots,
          granted: (): void => {
            signal.removeEventListener('abort', gone);
            resolve(once(slots));
          },
        };
        const gone = (): void => {
          waiting.delete(entry);
          resolve(undefined);
          serve();
        };
        signal.addEventListener('abort', gone, { once: true });
        waiting.add(entry);
        serve();
      });
    },
  };
}
