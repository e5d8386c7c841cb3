import { join } from 'node:path';
import { run } from '../download/run.ts';
import { build, withOwnPrograms } from '../stack/build.ts';
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

/** The same programs the root scripts call. */
export const CHECKS: readonly Check[] = [
  { name: 'lint', run: program('biome', 'check', '--diagnostic-level=error', '--max-diagnostics=50', '.') },
  { name: 'build', run: (signal) => build(signal, () => {}) },
  { name: 'types', run: program('tsc', '-b') },
  { name: 'imports', run: imports },
  {
    name: 'imports: planted violations are found',
    run: (signal) => plantedViolationsAreFound(() => imports(signal)),
  },
];
