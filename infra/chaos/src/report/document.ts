import { rename, writeFile } from 'node:fs/promises';

type Cell = string | number;

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Writes a document anew. It is whole at any moment: a run that is killed leaves the one before. */
export async function writeWhole(file: URL, text: string): Promise<void> {
  const draft = new URL(`${file.href}.draft`);
  await writeFile(draft, text);
  await rename(draft, file);
}
