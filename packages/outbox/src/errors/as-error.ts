/** What was thrown, which may be anything, as an error. */
export const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(textOf(cause)));

/** Whatever stands where a text should. An object without a prototype, for one, cannot be turned into a text. */
export function textOf(what: unknown): string {
  try {
    return String(what);
  } catch {
    return 'something that has no text';
  }
}
