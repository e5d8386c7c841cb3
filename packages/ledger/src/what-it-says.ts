/** The error that says something: a refused connection is one without words of its own when a name has several addresses. */
export const thatSaysWhy = (error: unknown): unknown =>
  error instanceof AggregateError && error.message === '' && error.errors.length > 0 ? error.errors[0] : error;

/** What an error says. */
export function whatItSays(error: unknown): string {
  const said = thatSaysWhy(error);
  return said instanceof Error ? said.message : String(said);
}
