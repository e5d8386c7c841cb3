import ts from 'typescript';
import type { Declarations } from '../api/declarations.ts';
import { type DocComment, parseDocComment } from './doc-comment.ts';

/** An exported name with what its doc comment says. */
export interface Documented extends DocComment {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'constant' | 'type';
  /** As a user's compiler sees it, with the doc comments of its members. */
  readonly declaration: string;
  /** Whether an example stands in its doc comment, or in that of a member. */
  readonly hasExample: boolean;
  /** Methods without a doc comment of their own. */
  readonly silentMethods: readonly string[];
  /** Other declarations of this package that it mentions, exported or not. */
  readonly mentions: readonly ts.Symbol[];
  readonly symbol: ts.Symbol;
}

/** Everything a subpath exports, in the order of names. */
export function documentedOf(declarations: Declarations, subpath: string): Documented[] {
  const { checker, entries } = declarations;
  const entry = entries.get(subpath);
  const module = entry && checker.getSymbolAtLocation(entry);
  return (module === undefined ? [] : checker.getExportsOfModule(module))
    .map((symbol) => document(declarations, symbol.name, targetOf(symbol, checker)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A declaration of this package that is mentioned and has no exported name. */
export const documentUnexported = (declarations: Declarations, symbol: ts.Symbol): Documented =>
  document(declarations, symbol.name, symbol);

function document(declarations: Declarations, name: string, symbol: ts.Symbol): Documented {
  const nodes = (symbol.declarations ?? []).map(statementOf);
  const comment = nodes.map(commentOf).find((text) => text !== undefined);
  return {
    ...parseDocComment(comment ?? ''),
    name,
    kind: kindOf(symbol, declarations.checker),
    declaration: nodes.map(textOf).join('\n'),
    hasExample: nodes.some((node) => /^ *\* @example$/m.test(node.getFullText())),
    silentMethods: nodes.flatMap(methodsOf).flatMap(({ name, comment }) => (comment === undefined ? [name] : [])),
    mentions: mentionedBy(nodes, symbol, declarations),
    symbol,
  };
}

const targetOf = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;

/** A variable's declaration is within its statement; every other one is a statement. */
const statementOf = (node: ts.Node): ts.Node => (ts.isVariableDeclaration(node) ? node.parent.parent : node);

function kindOf(symbol: ts.Symbol, checker: ts.TypeChecker): Documented['kind'] {
  if ((symbol.flags & ts.SymbolFlags.Class) !== 0) return 'class';
  if ((symbol.flags & ts.SymbolFlags.Value) === 0) return 'type';
  return checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 ? 'function' : 'constant';
}

/** The text of a declaration file, without what only a module needs, indented by two. */
const textOf = (node: ts.Node): string =>
  node
    .getText()
    .replace(/^export (declare )?/, '')
    .replaceAll(/^ *(#private|private \w+);\n/gm, '')
    .replaceAll(/^( {4})+/gm, (indent) => ' '.repeat(indent.length / 2));

/** The doc comment right before a declaration. */
const commentOf = (node: ts.Node): string | undefined =>
  ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.getText();

function methodsOf(node: ts.Node): { readonly name: string; readonly comment: string | undefined }[] {
  const members = ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) ? [...node.members] : [];
  return members
    .filter((member) => ts.isMethodSignature(member) || ts.isMethodDeclaration(member))
    .map((member) => ({ name: member.name.getText(), comment: commentOf(member) }));
}

function mentionedBy(
  nodes: readonly ts.Node[],
  self: ts.Symbol,
  { checker, isOwn }: Declarations,
): readonly ts.Symbol[] {
  const found = new Set<ts.Symbol>();
  const visit = (node: ts.Node): void => {
    const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    const target = symbol && targetOf(symbol, checker);
    if (target !== undefined && target !== self && target.declarations?.some((each) => isTopLevel(each, isOwn))) {
      found.add(target);
    }
    ts.forEachChild(node, visit);
  };
  nodes.forEach(visit);
  return [...found];
}

const isTopLevel = (node: ts.Node, isOwn: Declarations['isOwn']): boolean =>
  isOwn(node.getSourceFile()) && ts.isSourceFile(statementOf(node).parent);
