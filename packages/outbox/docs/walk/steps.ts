/** What a page tells its reader to do, in the order it says it. */
export type Step =
  /** A block whose first line names a file: the reader writes it. */
  | { readonly kind: 'file'; readonly line: number; readonly name: string; readonly text: string }
  /** Commands the reader types. */
  | { readonly kind: 'sh'; readonly line: number; readonly text: string }
  /** Statements the reader runs in the database. */
  | { readonly kind: 'sql'; readonly line: number; readonly text: string }
  /** What the reader then sees. */
  | { readonly kind: 'text'; readonly line: number; readonly text: string };

const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;
const NAMED = /^\/\/ ([\w/-]+\.ts)\n/;

/** The steps of a page. A block fenced as `ts` that names no file is for reading, and is left out. */
export function stepsOf(markdown: string): Step[] {
  return [...markdown.matchAll(FENCE)].flatMap(({ 1: fence = '', 2: text = '', index }): Step[] => {
    const line = markdown.slice(0, index).split('\n').length;
    switch (fence) {
      case 'ts': {
        const [, name] = NAMED.exec(text) ?? [];
        return name === undefined ? [] : [{ kind: 'file', line, name, text }];
      }
      case 'sh':
      case 'sql':
      case 'text':
        return [{ kind: fence, line, text }];
      default:
        return [];
    }
  });
}
