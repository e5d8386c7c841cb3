import type { ExitCode, Pieces } from '../command.ts';
import type { Output } from '../surroundings.ts';

interface Printing {
  readonly out: Output;
  /** Ends the wait for whoever does not read on. */
  readonly signal: AbortSignal;
  /** Told before each piece is written. */
  readonly before?: () => void;
}

/**
 * Prints pieces, each once the one before it has left the process: a pipe takes some and no more until somebody reads, and what waits
 * here would be all that a slow reader has not read. When nobody reads any more it goes on to the end, for the exit code.
 *
 * @returns the exit code
 * @throws what the pieces throw, or the signal's reason
 */
export async function printPieces(pieces: Pieces, { out, signal, before = () => {} }: Printing): Promise<ExitCode> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return value;
    signal.throwIfAborted();
    before();
    await written(value, out, signal);
  }
}

const written = (text: string, out: Output, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = (): void => reject(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    out.write(text, () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
  });
