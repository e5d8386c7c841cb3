/** Where progress is shown; standard output belongs to the answer. */
interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Shows how far a run is. */
export interface Progress {
  show(line: string): void;
  /** Takes the last line away from a terminal, so that what follows stands alone. */
  end(): void;
}

const ON_A_TERMINAL_MS = 200;
const ELSEWHERE_MS = 5_000;
const ERASE_LINE = '\r\u001b[2K';

/** On a terminal one line that is written over; elsewhere, in a log, a line every 5 s, so that a short run says nothing. */
export function progressOn(stream: ProgressStream, now: () => number = Date.now): Progress {
  const terminal = stream.isTTY === true;
  let shownAt = now();
  let standing = false;
  return {
    show(line) {
      if (now() - shownAt < (terminal ? ON_A_TERMINAL_MS : ELSEWHERE_MS)) return;
      shownAt = now();
      standing = terminal;
      stream.write(terminal ? `${ERASE_LINE}${line}` : `${line}\n`);
    },
    end() {
      if (standing) stream.write(ERASE_LINE);
      standing = false;
    },
  };
}
