import ts from 'typescript';
import type { Declarations } from './declarations.ts';

/** Declarations of a package that consists of these files, of which `index.d.ts` is the root: to test what reads them. */
export function declared(files: Readonly<Record<string, string>>): Declarations {
  const options: ts.CompilerOptions = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ESNext, types: [] };
  const host = ts.createCompilerHost(options);
  const textOf = (path: string): string | undefined => files[path.replace(/^\/package\//, '')];
  const { fileExists, readFile } = host;
  host.fileExists = (path) => textOf(path) !== undefined || fileExists(path);
  host.directoryExists = () => true;
  host.readFile = (path) => textOf(path) ?? readFile(path);
  const program = ts.createProgram(['/package/index.d.ts'], options, host);
  const index = program.getSourceFile('/package/index.d.ts');
  return {
    checker: program.getTypeChecker(),
    entries: new Map(index === undefined ? [] : [['.', index]]),
    isOwn: ({ fileName }) => textOf(fileName) !== undefined,
  };
}
