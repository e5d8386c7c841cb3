import { join } from 'node:path';
import type { Surface } from './surface.ts';

/** The checked-in report of a subpath, relative to the package. */
export const reportFileOf = (subpath: string): string =>
  `api/${subpath === '.' ? 'root' : subpath.replace('./', '').replaceAll('/', '-')}.api.md`;

/** A subpath's surface as it is checked in: without comments and in the order of names, so that its changes alone show. */
export function renderReport(subpath: string, { values, exported, elsewhere, nameless }: Surface): string {
  return [
    `# ${moduleOf(subpath)}`,
    '',
    'Written by `npm run api`; a test compares it. What changes here changes for whoever imports the package.',
    '',
    `At run time: ${values.map((name) => `\`${name}\``).join(', ') || 'nothing'}.`,
    '',
    ...fenced(exported),
    ...[...elsewhere].flatMap(([home, names]) => [
      '',
      `Mentioned by these, and exported by \`${moduleOf(home)}\`: ${names.map((name) => `\`${name}\``).join(', ')}.`,
    ]),
    ...(nameless.length === 0 ? [] : ['', 'Mentioned by these, and exported nowhere:', '', ...fenced(nameless)]),
    '',
  ].join('\n');
}

const moduleOf = (subpath: string): string => join('@bezel/outbox', subpath);

const fenced = (declarations: readonly string[]): string[] => ['```ts', declarations.join('\n\n'), '```'];
