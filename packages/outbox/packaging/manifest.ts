import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly '@bezel/source': string; readonly types: string }>>;
  /** None as long as it has no public address. */
  readonly repository?: unknown;
  readonly publishConfig: { readonly access: string; readonly provenance: boolean };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The package's own package.json, as the checkout has it, or another one. */
export function readManifest(file = new URL('../package.json', import.meta.url)): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** The subpaths a user can import, with "." for the package itself. */
export function subpathsOf({ exports } = readManifest()): string[] {
  return Object.keys(exports).filter((subpath) => typeof exports[subpath] === 'object');
}
