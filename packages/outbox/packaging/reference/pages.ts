import { join } from 'node:path';
import type ts from 'typescript';
import type { Declarations } from '../api/declarations.ts';
import { type Documented, documentedOf, documentUnexported } from './documented.ts';

/** A file of docs/reference, by its name in there. */
export interface Page {
  readonly file: string;
  readonly text: string;
}

const MADE = 'Made from the doc comments by `npm run generate`; a test compares it.';

const GROUPS = [
  { kind: 'function', title: 'Functions' },
  { kind: 'class', title: 'Classes' },
  { kind: 'constant', title: 'Constants' },
  { kind: 'type', title: 'Types' },
] as const;

/** The page of a subpath. */
export const pageFileOf = (subpath: string): string =>
  `${subpath === '.' ? 'root' : subpath.replace('./', '').replaceAll('/', '-')}.md`;

/** One page for each subpath, and one that lists them. */
export function renderReference(declarations: Declarations): Page[] {
  const subpaths = [...declarations.entries.keys()].map((subpath) => ({
    subpath,
    names: documentedOf(declarations, subpath),
  }));
  const exported = new Set(subpaths.flatMap(({ names }) => names.map(({ symbol }) => symbol)));
  const pages = subpaths.map(({ subpath, names }) => {
    const sections = sectionsOf(names, unexportedOf(declarations, names, exported));
    return { subpath, file: pageFileOf(subpath), sections, links: linksOf(sections) };
  });
  const texts = pages.map(({ subpath, file, sections, links }) => {
    const linkTo = (symbol: ts.Symbol): string => {
      // A name that two subpaths export is linked to on the same page, else on the first that has it.
      const home = links.has(symbol) ? undefined : pages.find((page) => page.links.has(symbol));
      const { name, anchor } = (home?.links ?? links).get(symbol) ?? { name: symbol.name, anchor: '' };
      return `[\`${name}\`](${home?.file ?? ''}#${anchor})`;
    };
    return { file, text: renderPage(subpath, sections, linkTo) };
  });
  return [{ file: 'README.md', text: renderIndex(pages) }, ...texts];
}

interface Section {
  readonly title: string;
  readonly members: readonly Documented[];
}

const sectionsOf = (names: readonly Documented[], unexported: readonly Documented[]): Section[] =>
  [
    ...GROUPS.map(({ kind, title }) => ({ title, members: names.filter((name) => name.kind === kind) })),
    { title: 'Parts without a name outside', members: unexported },
  ].filter(({ members }) => members.length > 0);

type Links = ReadonlyMap<ts.Symbol, { readonly name: string; readonly anchor: string }>;

/** The addresses of a page's headings, as GitHub gives them: one that is there already gets a number. */
function linksOf(sections: readonly Section[]): Links {
  const taken = new Map<string, number>();
  const members = sections.flatMap(({ members }) => members);
  return new Map(
    members.map(({ name, symbol }) => {
      const heading = name.toLowerCase();
      const before = taken.get(heading) ?? 0;
      taken.set(heading, before + 1);
      return [symbol, { name, anchor: before === 0 ? heading : `${heading}-${before}` }];
    }),
  );
}

/** What is mentioned, directly or not, and exported by no subpath. */
function unexportedOf(
  declarations: Declarations,
  names: readonly Documented[],
  exported: ReadonlySet<ts.Symbol>,
): Documented[] {
  const found = new Map<ts.Symbol, Documented>();
  const follow = ({ mentions }: Documented): void => {
    for (const symbol of mentions) {
      if (!exported.has(symbol) && !found.has(symbol)) {
        const documented = documentUnexported(declarations, symbol);
        found.set(symbol, documented);
        follow(documented);
      }
    }
  };
  names.forEach(follow);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function renderIndex(
  pages: readonly {
    readonly subpath: string;
    readonly file: string;
    readonly sections: readonly Section[];
    readonly links: Links;
  }[],
): string {
  const lines = pages.flatMap(({ subpath, file, sections, links }) => [
    `## [${moduleOf(subpath)}](${file})`,
    '',
    ...sections
      .flatMap(({ members }) => members)
      .filter(({ kind }) => kind !== 'type')
      .map(({ name, text, symbol }) => `- [\`${name}\`](${file}#${links.get(symbol)?.anchor}): ${firstSentence(text)}`),
    '',
  ]);
  return ['# Reference', '', `Every exported name, one page for each subpath. ${MADE}`, '', ...lines].join('\n');
}

const renderPage = (subpath: string, sections: readonly Section[], linkTo: (symbol: ts.Symbol) => string): string =>
  [
    `# ${moduleOf(subpath)}`,
    '',
    MADE,
    '',
    ...sections.flatMap(({ title, members }) => [
      `## ${title}`,
      '',
      ...members.flatMap((member) => renderName(member, linkTo)),
    ]),
  ].join('\n');

function renderName(documented: Documented, linkTo: (symbol: ts.Symbol) => string): string[] {
  const { name, text, declaration, throws, returns, examples, mentions } = documented;
  return [
    `### ${name}`,
    '',
    ...(text === '' ? [] : [text, '']),
    ...fenced(declaration),
    ...returns.flatMap((what) => [`Returns ${what}.`, '']),
    ...throws.flatMap((what) => [`Throws ${what}.`, '']),
    ...examples.flatMap((code) => ['Example:', '', ...fenced(code)]),
    ...(mentions.length === 0 ? [] : [`See ${mentions.map(linkTo).toSorted().join(', ')}.`, '']),
  ];
}

const moduleOf = (subpath: string): string => join('@bezel/outbox', subpath);

const fenced = (code: string): string[] => ['```ts', code, '```', ''];

/** Up to the first full stop that ends a sentence. */
const firstSentence = (text: string): string => {
  const line = text.split('\n\n')[0]?.replaceAll('\n', ' ') ?? '';
  return /^.*?\.(?= |$)/.exec(line)?.[0] ?? line;
};
