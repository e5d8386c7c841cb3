import { readFile, rename, writeFile } from 'node:fs/promises';

/** A section of the results: everything of one run. */
export interface Section {
  /** `relay`, or `relay, kafkajs`: a later run of the same name takes its place. */
  readonly name: string;
  /** Markdown, without the heading. */
  readonly body: string;
}

const PREFACE = `# Results

Written by \`npm run bench\`; every section is one run, and the next run of its kind takes its place. Ratios are comparable,
within a section only: machines differ, and so do days.
`;

/** Puts a section into the file, in the place of the one with its name. The file is whole at any moment. */
export async function record(section: Section, file: URL): Promise<void> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const draft = new URL(`${file.href}.draft`);
  await writeFile(draft, withSection(before, section));
  await rename(draft, file);
}

/** The document with the section in it. Sections are in the order of their names, whoever was measured first. */
export function withSection(document: string, { name, body }: Section): string {
  const sections = new Map(
    document
      .split(/^## /m)
      .slice(1)
      .map((text) => {
        const end = text.indexOf('\n');
        return [text.slice(0, end).trim(), text.slice(end).trim()] as const;
      }),
  );
  sections.set(name, body.trim());
  const sorted = [...sections].sort(([a], [b]) => (a < b ? -1 : 1));
  return [PREFACE, ...sorted.map(([title, text]) => `## ${title}\n\n${text}\n`)].join('\n');
}
