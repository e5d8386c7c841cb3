import type { OrderAudit } from '../audit-stack.ts';
import type { ExitCode, Pieces } from '../cli/command.ts';

/** Audits as they come from a stack. */
export async function* auditsOf(audits: Iterable<OrderAudit>): AsyncGenerator<OrderAudit> {
  yield* audits;
}

/** All that was printed piece by piece, and the exit code after it. */
export async function printed(pieces: Pieces): Promise<{ readonly out: string; readonly code: ExitCode }> {
  let out = '';
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return { out, code: value };
    out += value;
  }
}
