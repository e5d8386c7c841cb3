import ts from 'typescript';
import type { Declarations } from './declarations.ts';

const printer = ts.createPrinter({ removeComments: true });

/** What one subpath gives to whoever imports it. */
export interface Surface {
  /** Names that are there when a program runs. */
  readonly values: readonly string[];
  /** The declarations of exported names, by name. */
  readonly exported: readonly string[];
  /** Names that those mention, directly or not, and that another subpath exports, which is named first. */
  readonly elsewhere: ReadonlyMap<string, readonly string[]>;
  /** Declarations of this package that those mention, directly or not, and that no subpath exports: users cannot name them. */
  readonly nameless: readonly string[];
}

/** Reads what a subpath exports and, from there, everything its types lead to within this package. */
export function surfaceOf(declarations: Declarations, subpath: string): Surface {
  const { checker, entries, isOwn } = declarations;
  const exports = exportsOf(declarations, subpath);
  const others = [...entries.keys()].filter((other) => other !== subpath);
  const homes = new Map(
    others
      .toReversed()
      .flatMap((other) => exportsOf(declarations, other).map((symbol) => [targetOf(symbol, checker), other] as const)),
  );
  const exported = new Map(exports.map((symbol) => [targetOf(symbol, checker), symbol.name]));
  const seen = new Map<ts.Symbol, string>();

  const visit = (symbol: ts.Symbol): void => {
    const nodes = (symbol.declarations ?? []).map(statementOf).filter((node) => isOwn(node.getSourceFile()));
    const isTopLevel = nodes.some((node) => ts.isSourceFile(node.parent));
    if (seen.has(symbol) || !(isTopLevel || exported.has(symbol))) {
      return;
    }
    seen.set(symbol, nodes.map(textOf).join('\n'));
    // What another subpath exports stands in the report of that one, with all it leads to.
    if (exported.has(symbol) || !homes.has(symbol)) {
      nodes.forEach(visitMentioned);
    }
  };
  const visitMentioned = (node: ts.Node): void => {
    const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    if (symbol !== undefined) {
      visit(targetOf(symbol, checker));
    }
    ts.forEachChild(node, visitMentioned);
  };
  for (const symbol of exported.keys()) {
    visit(symbol);
  }

  const textsOf = (symbols: readonly ts.Symbol[], nameOf: (symbol: ts.Symbol) => string): string[] =>
    symbols
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      .flatMap((symbol) => seen.get(symbol) ?? [])
      .filter((text) => text !== '');
  const mentioned = [...seen.keys()].filter((symbol) => !exported.has(symbol));
  const elsewhere = new Map<string, string[]>();
  for (const symbol of mentioned.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const home = homes.get(symbol);
    if (home !== undefined) elsewhere.set(home, [...(elsewhere.get(home) ?? []), symbol.name]);
  }
  return {
    values: exports
      .filter((symbol) => !isTypeOnly(symbol) && (targetOf(symbol, checker).flags & ts.SymbolFlags.Value) !== 0)
      .map(({ name }) => name)
      .toSorted(),
    exported: textsOf([...exported.keys()], (symbol) => exported.get(symbol) ?? ''),
    elsewhere,
    nameless: textsOf(
      mentioned.filter((symbol) => !homes.has(symbol)),
      ({ name }) => name,
    ),
  };
}

function exportsOf({ checker, entries }: Declarations, subpath: string): ts.Symbol[] {
  const entry = entries.get(subpath);
  const module = entry && checker.getSymbolAtLocation(entry);
  return module === undefined ? [] : checker.getExportsOfModule(module);
}

const targetOf = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;

/** Whether it is exported as a type, and so is not there at run time, whatever it names. */
const isTypeOnly = (symbol: ts.Symbol): boolean =>
  (symbol.declarations ?? []).some(
    (node) => ts.isExportSpecifier(node) && (node.isTypeOnly || node.parent.parent.isTypeOnly),
  );

/** A variable's declaration is within its statement; every other one is a statement. */
const statementOf = (node: ts.Node): ts.Node => (ts.isVariableDeclaration(node) ? node.parent.parent : node);

const textOf = (node: ts.Node): string =>
  printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replace(/^export (declare )?/, '');
