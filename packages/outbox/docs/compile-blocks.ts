import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The code in a document, by the lines it stands on. */
export interface Document {
  readonly name: string;
  readonly blocks: readonly CodeBlock[];
}

export interface CodeBlock {
  /** The line of the document before the first line of code, counted from 1. */
  readonly line: number;
  readonly code: string;
}

const PACKAGE = new URL('../', import.meta.url);
const pathOf = (name: string): string => fileURLToPath(new URL(name, PACKAGE));

/** The blocks fenced as `ts`. */
export function blocksOfMarkdown(name: string, markdown: string): Document {
  return { name, blocks: blocksBetween(markdown, /^```ts$/, /^```$/) };
}

/** The lines after a line `@example` in doc comments, up to the next tag. */
export function blocksOfComments(name: string, source: string): Document {
  const comments = source.replaceAll(/^ *\* ?(?!\/)/gm, '').replaceAll(/^ *\*\/.*$/gm, '@end');
  return { name, blocks: blocksBetween(comments, /^@example$/, /^@/) };
}

function blocksBetween(text: string, begin: RegExp, end: RegExp): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; code: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (open !== undefined && end.test(line)) {
      blocks.push({ line: open.line, code: open.code.join('\n') });
      open = undefined;
    } else if (open !== undefined) {
      open.code.push(line);
    } else if (begin.test(line)) {
      open = { line: index + 1, code: [] };
    }
  }
  return blocks;
}

/**
 * Type-checks the blocks of documents against the sources of this package and answers what is wrong, as
 * "README.md:12 TS2304 Cannot find name 'x'.". A block sees what the blocks above it declare, and may declare it anew.
 * What is wrong with an import is reported for line 1, where all imports are gathered.
 * `prelude` declares what a reader has at hand: a pool, brokers, an order. `dialect` is what the reader's compiler is set to
 * beside what this repository's is.
 */
export function compileBlocks(
  documents: readonly Document[],
  prelude: string,
  dialect: ts.CompilerOptions = {},
): string[] {
  const virtual = new Map(documents.map((document) => [virtualPath(document), programOf(document)]));
  const preludePath = pathOf('examples/prelude.d.ts');
  virtual.set(preludePath, prelude);

  const { config } = ts.readConfigFile(pathOf('../../tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, pathOf('../..'));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.getCurrentDirectory = () => pathOf('.');
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  const program = ts.createProgram({
    rootNames: [...virtual.keys()],
    host,
    options: {
      ...options,
      // Against the sources, as the tests run: never against an old build.
      customConditions: ['@bezel/source'],
      allowImportingTsExtensions: true,
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      ...dialect,
    },
  });
  const names = new Map(documents.map((document) => [virtualPath(document), document.name]));
  names.set(preludePath, 'prelude');
  return program.getSourceFiles().flatMap((file) => {
    const name = names.get(file.fileName);
    return name === undefined
      ? []
      : [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
          ({ start, code, messageText }) =>
            `${name}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1} TS${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
        );
  });
}

/** Beside the examples, so that `./order-placed.ts` means the same in a document. */
const virtualPath = ({ name }: Document): string => pathOf(`examples/${name.replaceAll('/', '.')}.ts`);

/**
 * One module for a document: the imports of all blocks on its first line, and each block in a function within that of
 * the block above, so that it may use and hide what stands above.
 */
function programOf({ blocks }: Document): string {
  const imports = new Map<string, Set<string>>();
  const lines: string[] = [];
  for (const [n, { line, code }] of blocks.entries()) {
    lines[line - 1] = `async function block${n}() {`;
    withoutModuleSyntax(code, imports)
      .split('\n')
      .forEach((text, offset) => {
        lines[line + offset] = text;
      });
  }
  const header = [...imports].map(([module, clauses]) =>
    [...clauses].map((c) => `import ${c} from ${module};`).join(' '),
  );
  const body = Array.from(lines, (text) => text ?? '');
  body[0] = `export {}; ${header.join(' ')} ${body[0] ?? ''}`;
  return `${body.join('\n')}\n${'}'.repeat(blocks.length)}\n`;
}

/** Takes imports and `export` out of a block, leaving blanks, and collects the imports, each name once. */
function withoutModuleSyntax(code: string, imports: Map<string, Set<string>>): string {
  const file = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true);
  let rest = code;
  const blank = (node: ts.Node): void => {
    const [from, to] = [node.getStart(file), node.getEnd()];
    rest = rest.slice(0, from) + rest.slice(from, to).replaceAll(/[^\n]/g, ' ') + rest.slice(to);
  };
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      const module = statement.moduleSpecifier.getText(file);
      const clauses = imports.get(module) ?? new Set();
      imports.set(module, clauses);
      for (const clause of clausesOf(statement.importClause, file)) {
        clauses.add(clause);
      }
      blank(statement);
    } else if (ts.canHaveModifiers(statement)) {
      ts.getModifiers(statement)
        ?.filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
        .forEach(blank);
    }
  }
  return rest;
}

/** One clause for each imported name: a name that two blocks import is imported once, from two places it is an error. */
function clausesOf(clause: ts.ImportClause | undefined, file: ts.SourceFile): string[] {
  if (clause === undefined) {
    return [];
  }
  const type = clause.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type ' : '';
  const { name, namedBindings } = clause;
  const named =
    namedBindings === undefined
      ? []
      : ts.isNamedImports(namedBindings)
        ? namedBindings.elements.map((element) => `{ ${type}${element.getText(file)} }`)
        : [`${type}${namedBindings.getText(file)}`];
  return [...(name === undefined ? [] : [`${type}${name.getText(file)}`]), ...named];
}
