import { MUTANTS } from '../list.ts';
import { type Mutant, nameOf } from '../mutant.ts';
import type { Guarantee } from './guarantee.ts';
import { GUARANTEES } from './guarantees.ts';

/** The file that the page is checked in as, relative to the package. */
export const PAGE = 'docs/guarantees.md';

/** docs/guarantees.md, as it has to be. */
export function renderPage(
  guarantees: readonly Guarantee[] = GUARANTEES,
  mutants: readonly Mutant[] = MUTANTS,
): string {
  const sections = guarantees.map((guarantee) =>
    section(
      guarantee,
      mutants.filter(({ breaks }) => breaks === guarantee.promise),
    ),
  );
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `# Guarantees

What the package promises, why it holds, and what proves that its tests would notice if it did not. Written by \`npm run generate\` from
\`mutants\`; a test compares it.

A mutant is a change to the sources that breaks a promise. \`npm run mutants\` makes each in a copy of the package and runs the test beside
it, which has to fail.`;

function section(
  { promise, title, says, because, argument, also = [] }: Guarantee,
  mutants: readonly Mutant[],
): string {
  return [
    `## ${promise}. ${title}`,
    says,
    `**Why:** ${because}${argument === undefined ? '' : ` [The whole argument](${argument}).`}`,
    table(mutants),
    ...(also.length === 0 ? [] : [`Also: ${also.map(({ file, test }) => `\`${file}\`, "${test} …"`).join('; ')}.`]),
  ].join('\n\n');
}

function table(mutants: readonly Mutant[]): string {
  const rows = mutants.map(({ name, caughtBy }) => [`\`${name}\``, cell(nameOf(caughtBy)), `\`${caughtBy.file}\``]);
  return [['broken on purpose', 'the test that notices', 'in'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
