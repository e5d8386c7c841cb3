/** Tells people what a slow step does. */
export interface Progress {
  /** One line, at once. */
  say(line: string): void;
  /**
   * Runs a step and tells what it is: at its end if it was quick, else at its start too and again every few seconds,
   * each time with the seconds gone by. `detail` adds what the step last said of itself.
   */
  step<T>(what: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
}

const QUICK_MS = 1_500;
const AGAIN_MS = 10_000;

/** Progress as lines of text. `write` gets each line. */
export function createProgress(write: (line: string) => void): Progress {
  return {
    say: write,
    async step(what, work) {
      const began = performance.now();
      const seconds = (): string => `${((performance.now() - began) / 1_000).toFixed(1)} s`;
      let latest = '';
      let announced = false;
      const announce = (): void => {
        write(announced ? `  … ${what}: ${seconds()}${latest === '' ? '' : `, ${latest}`}` : `  … ${what}`);
        announced = true;
      };
      const first = setTimeout(announce, QUICK_MS);
      const again = setInterval(announce, AGAIN_MS);
      try {
        const result = await work((text) => {
          latest = text.slice(0, 100);
        });
        write(`  ✓ ${what} (${seconds()})`);
        return result;
      } catch (error) {
        write(`  ✗ ${what} (${seconds()})`);
        throw error;
      } finally {
        clearTimeout(first);
        clearInterval(again);
      }
    },
  };
}
