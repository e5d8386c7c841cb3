import ts from 'typescript';
import type { Declarations } from './declarations.ts';

const printer = ts.createPrinter({ removeComments: true });

/** What one subpath gives to whoever imports it. */
export interface Surface {
  /** Names that are there when a program runs. */
  readonly values: readonly string[];
  /** The declarations of exported names, by name. */
  readonly exported: readonly string[];
  /** Declarations of this package that those mention, directly or not, and that are not exported. */
  readonly mentioned: readonly string[];
}

/** Reads what a subpath exports and, from there, everything its types lead to within this package. */
export function surfaceOf({ checker, entries, isOwn }: Declarations, subpath: string): Surface {
  const entry = entries.get(subpath);
  const module = entry && checker.getSymbolAtLocation(entry);
  const exports = module === undefined ? [] : checker.getExportsOfModule(module);
  const exported = new Map(exports.map((symbol) => [targetOf(symbol, checker), symbol.name]));
  const seen = new Map<ts.Symbol, string>();

  const visit = (symbol: ts.Symbol): void => {
    const nodes = (symbol.declarations ?? []).map(statementOf).filter((node) => isOwn(node.getSourceFile()));
    const isTopLevel = nodes.some((node) => ts.isSourceFile(node.parent));
    if (seen.has(symbol) || !(isTopLevel || exported.has(symbol))) {
      return;
    }
    seen.set(symbol, nodes.map(textOf).join('\n'));
    for (const node of nodes) {
      visitMentioned(node);
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
  return {
    values: exports
      .filter((symbol) => !isTypeOnly(symbol) && (targetOf(symbol, checker).flags & ts.SymbolFlags.Value) !== 0)
      .map(({ name }) => name)
      .toSorted(),
    exported: textsOf([...exported.keys()], (symbol) => exported.get(symbol) ?? ''),
    mentioned: textsOf(
      [...seen.keys()].filter((symbol) => !exported.has(symbol)),
      ({ name }) => name,
    ),
  };
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
