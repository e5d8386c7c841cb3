/** A doc comment, taken apart. */
export interface DocComment {
  /** What stands before the first tag. */
  readonly text: string;
  readonly throws: readonly string[];
  readonly returns: readonly string[];
  readonly examples: readonly string[];
}

/**
 * Takes a comment apart, from its opening to its end. A tag stands at the margin: the `@` of a decorator, in an example,
 * is indented or follows something. TypeScript's own reading of tags takes that for a tag as well.
 */
export function parseDocComment(comment: string): DocComment {
  const lines = comment
    .replace(/^\/\*\*[ \t]*/, '')
    .replace(/\s*\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^ *\* ?/, ''));
  const parts = lines.join('\n').split(/^(?=@\w)/m);
  const text = parts[0]?.startsWith('@') ? '' : (parts.shift() ?? '');
  const tagged = (tag: string): string[] =>
    parts.filter((part) => new RegExp(`^@${tag}\\b`).test(part)).map((part) => part.slice(tag.length + 1).trim());
  return { text: text.trim(), throws: tagged('throws'), returns: tagged('returns'), examples: tagged('example') };
}
