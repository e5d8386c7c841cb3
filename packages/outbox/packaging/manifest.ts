import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly '@bezel/source': string; readonly types: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** The package's own package.json, as the checkout has it. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;
}

/** The subpaths a user can import, with "." for the package itself. */
export function subpathsOf({ exports } = readManifest()): string[] {
  return Object.keys(exports).filter((subpath) => typeof exports[subpath] === 'object');
}
