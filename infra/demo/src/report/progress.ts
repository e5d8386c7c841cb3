import { STEPS, type Tally } from '../clients/tally.ts';

/** Tells how a run gets on: one line that renews itself on a terminal, a line now and then elsewhere. */
export interface ProgressLine extends Disposable {
  /** A line of its own, above. */
  say(line: string): void;
  /** Shows the counts for the last time. Again, or disposed of: nothing more. */
  end(): void;
}

const ON_TERMINAL_MS = 200;
const ELSEWHERE_MS = 10_000;

export function openProgress(
  out: NodeJS.WriteStream,
  { tally, orders, kills }: { readonly tally: Tally; readonly orders: number; readonly kills: () => number },
): ProgressLine {
  const began = performance.now();
  const terminal = out.isTTY === true;
  const line = (): string => {
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    const counts = STEPS.filter((step) => tally.of(step) > 0).map((step) => `${step} ${tally.of(step)}`);
    return `${seconds.padStart(4)} s  of ${orders}: ${counts.join(', ') || 'nothing yet'} · kills ${kills()}`;
  };
  const clear = '\r\u001b[2K';
  const show = (): void => {
    const width = out.columns ?? 80;
    out.write(terminal ? `${clear}${line().slice(0, width - 1)}` : `${line()}\n`);
  };
  const timer = setInterval(show, terminal ? ON_TERMINAL_MS : ELSEWHERE_MS);
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    clearInterval(timer);
    out.write(terminal ? `${clear}${line()}\n` : `${line()}\n`);
  };
  return {
    say(text) {
      out.write(terminal ? `${clear}${text}\n` : `${text}\n`);
      if (terminal) show();
    },
    end,
    [Symbol.dispose]: end,
  };
}
