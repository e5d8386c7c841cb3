/** Writes lines to standard error, each with the seconds since this was called: for a command that takes long. */
export function sayWithSeconds(): (line: string) => void {
  const began = performance.now();
  return (line) => {
    console.error(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s ${line}`);
  };
}

/** As shells say it of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Says why such a command did not come to its end, and sets the exit code: 130 when `signal` told it to end, else 1. */
export function endedEarly(error: unknown, signal: AbortSignal, say: (line: string) => void): void {
  say(signal.aborted ? 'ended before it was done; nothing is left running' : String((error as Error).stack));
  process.exitCode = signal.aborted ? INTERRUPTED : 1;
}
