import ts from 'typescript';
import type { Declarations } from './declarations.ts';

/** Declarations of a package that consists of these files, with the file of each subpath: to test what reads them. */
export function declared(
  files: Readonly<Record<string, string>>,
  subpaths: Readonly<Record<string, string>> = { '.': 'index.d.ts' },
): Declarations {
  const options: ts.CompilerOptions = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ESNext, types: [] };
  const host = ts.createCompilerHost(options);
  const textOf = (path: string): string | undefined => files[path.replace(/^\/package\//, '')];
  const { fileExists, readFile } = host;
  host.fileExists = (path) => textOf(path) !== undefined || fileExists(path);
  host.directoryExists = () => true;
  host.readFile = (path) => textOf(path) ?? readFile(path);
  const program = ts.createProgram(
    Object.values(subpaths).map((file) => `/package/${file}`),
    options,
    host,
  );
  const entries = Object.entries(subpaths).flatMap(([subpath, file]) => {
    const source = program.getSourceFile(`/package/${file}`);
    return source === undefined ? [] : [[subpath, source] as const];
  });
  return {
    checker: program.getTypeChecker(),
    entries: new Map(entries),
    isOwn: ({ fileName }) => textOf(fileName) !== undefined,
  };
}
