import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../download/run.ts';
import { type LockFile, missingPackages } from '../lockfile/platform-packages.ts';
import { build, withOwnPrograms } from '../stack/apps/build.ts';
import { CHECKOUT } from '../stack/places.ts';
import { plantedViolationsAreFound } from './planted-violation.ts';

/** A check that is no test: it passes or throws. Each counts as one. */
export interface Check {
  readonly name: string;
  run(signal: AbortSignal): Promise<unknown>;
}

const program =
  (name: string, ...args: string[]) =>
  (signal: AbortSignal): Promise<string> =>
    run(join(CHECKOUT, 'node_modules', '.bin', name), args, {
      cwd: CHECKOUT,
      env: { FORCE_COLOR: '0', PATH: withOwnPrograms() },
      signal,
    });

const imports = program('depcruise', '--config', '.dependency-cruiser.mjs', 'packages', 'apps', 'infra');

/** Elsewhere `npm ci` would refuse the lock file, or miss the programs of that platform. */
async function lockFileIsComplete(): Promise<void> {
  const lock = JSON.parse(await readFile(join(CHECKOUT, 'package-lock.json'), 'utf8')) as LockFile;
  const missing = missingPackages(lock);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    throw new Error(`package-lock.json lacks ${names}: run "node infra/local/src/bin/complete-lock.ts"`);
  }
}

/** One after the other, before any test: the planted ones must be seen by nobody else. The same programs the root scripts call. */
export const CHECKS: readonly Check[] = [
  { name: 'lock file', run: lockFileIsComplete },
  { name: 'lint', run: program('biome', 'check', '--diagnostic-level=error', '--max-diagnostics=50', '.') },
  {
    name: 'imports: planted violations are found',
    run: (signal) => plantedViolationsAreFound(() => imports(signal)),
  },
  { name: 'build', run: (signal) => build(signal, () => {}) },
];

/** Those that only read, beside the first tests: each keeps one core busy at the most. */
export const CHECKS_BESIDE: readonly Check[] = [
  { name: 'types', run: program('tsc', '-b') },
  { name: 'imports', run: imports },
];
