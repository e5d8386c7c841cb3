import { thatSaysWhy } from '../what-it-says.ts';

/** What went wrong, in one line, and the code by which programs know it; null without one. */
export interface Failure {
  readonly message: string;
  readonly code: string | null;
}

export function failureOf(error: unknown): Failure {
  const first = thatSaysWhy(error);
  const { message = String(first), code } = (first ?? {}) as { message?: string; code?: unknown };
  return { message: message.replaceAll(/\s*\n\s*/g, ' '), code: typeof code === 'string' ? code : null };
}
