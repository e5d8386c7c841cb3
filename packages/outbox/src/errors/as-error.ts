/** What was thrown, which may be anything, as an error. */
export const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));
