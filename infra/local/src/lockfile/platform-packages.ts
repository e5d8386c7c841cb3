/** The part of a package-lock.json that is looked at. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** An optional package that the lock file's own packages name and the lock file has no entry for. */
export interface MissingPackage {
  readonly name: string;
  readonly version: string;
  /** Whose optional dependency it is: its place in the lock file. */
  readonly of: string;
}

/**
 * Finds the platform packages a lock file lacks. npm leaves out those it could not fetch, or that another platform's
 * node_modules did not have; `npm ci` then refuses the lock file, or another platform goes without its binaries.
 */
export function missingPackages({ packages }: LockFile): readonly MissingPackage[] {
  return Object.entries(packages).flatMap(([of, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isLocked(packages, of, name))
      .map(([name, version]) => ({ name, version, of })),
  );
}

/** Looks where Node would: beside the package, then beside each package around it. */
function isLocked(packages: LockFile['packages'], from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf('node_modules/') - 1, 0))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) {
      return true;
    }
    if (at === '') {
      return false;
    }
  }
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * Adds an entry for each missing package whose version is exact and whose name says which platform it is for. Entries
 * are in the order npm writes them. They carry no checksum: npm compares one where it fetches the package.
 */
export function completed<L extends LockFile>(lock: L): L {
  const added = missingPackages(lock).flatMap(({ name, version, of }): [string, LockedPackage][] => {
    const words = name.split(/[/-]/);
    const os = SYSTEMS.find((system) => words.includes(system));
    const cpu = PROCESSORS.find((processor) => words.includes(processor));
    if (os === undefined || cpu === undefined || !/^\d/.test(version)) {
      return [];
    }
    const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined;
    const dev = lock.packages[of]?.dev === true ? { dev: true } : {};
    return [
      [
        `node_modules/${name}`,
        { version, cpu: [cpu], ...dev, ...(libc === undefined ? {} : { libc }), optional: true, os: [os] },
      ],
    ];
  });
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(added) });
  packages.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(packages) };
}
