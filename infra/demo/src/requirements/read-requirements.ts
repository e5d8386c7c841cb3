/** One row of docs/requirements.md. */
export interface Requirement {
  readonly id: string;
  readonly problem: string;
  /** Paths of the repository that the row names, before the colon after which it says more. */
  readonly where: readonly string[];
  /** Commands a reader can type, without the backticks. */
  readonly commands: readonly string[];
  /** `works`, or `open: ` and what is missing. */
  readonly state: string;
}

/** Reads the table: five cells a row, the first an id like R7. Anything else in the document is text. */
export function readRequirements(markdown: string): Requirement[] {
  return markdown.split('\n').flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, id = '', problem = '', where = '', commands = '', state = ''] = cells;
    if (!/^R\d+$/.test(id)) return [];
    return [{ id, problem, where: quoted(where.split(': ')[0] ?? ''), commands: quoted(commands), state }];
  });
}

const quoted = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text.replaceAll('\\|', '|'));
