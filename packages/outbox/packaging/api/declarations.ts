import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { readManifest, subpathsOf } from '../manifest.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** The public types of this package, as they would be published, with nothing built. */
export interface Declarations {
  readonly checker: ts.TypeChecker;
  /** The declaration file of each subpath. */
  readonly entries: ReadonlyMap<string, ts.SourceFile>;
  /** Whether a file is of this package. */
  isOwn(file: ts.SourceFile): boolean;
}

/** Emits declarations of the sources into memory and reads them as one who imports the package does. */
export function emitDeclarations(): Declarations {
  const { config } = ts.readConfigFile(join(PACKAGE, 'tsconfig.lib.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, PACKAGE);
  const emitted = new Map<string, string>();
  ts.createProgram(fileNames, { ...options, incremental: false, composite: false }).emit(
    undefined,
    (path, text) => emitted.set(path, text),
    undefined,
    true,
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, directoryExists } = host;
  host.fileExists = (path) => emitted.has(path) || fileExists(path);
  host.readFile = (path) => emitted.get(path) ?? readFile(path);
  host.directoryExists = (path) => path.startsWith(join(PACKAGE, 'dist')) || (directoryExists?.(path) ?? true);
  const entryFiles = subpathsOf().map((subpath) => [subpath, declarationFileOf(subpath)] as const);
  const program = ts.createProgram(
    entryFiles.map(([, file]) => file),
    { ...options, noEmit: true, incremental: false, composite: false },
    host,
  );
  const entries = entryFiles.map(([subpath, file]) => {
    const source = program.getSourceFile(file);
    if (source === undefined) {
      throw new Error(`package.json exports ${subpath} as ${file}, of which there is no source`);
    }
    return [subpath, source] as const;
  });
  return {
    checker: program.getTypeChecker(),
    entries: new Map(entries),
    isOwn: ({ fileName }) => emitted.has(fileName),
  };
}

function declarationFileOf(subpath: string): string {
  const target = readManifest().exports[subpath];
  return typeof target === 'object' ? join(PACKAGE, target.types) : '';
}
