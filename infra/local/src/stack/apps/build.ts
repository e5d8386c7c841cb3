import { join } from 'node:path';
import { run } from '../../download/run.ts';
import { CHECKOUT } from '../places.ts';

/** Set to 1 for starts within a run that has built already: they take `dist` as it is. */
export const BUILT_VARIABLE = 'BEZEL_BUILT';

/**
 * Builds what runs from `dist`, through Nx: what did not change comes from its cache. Nx puts `dist` in place anew all the
 * same, under whoever runs from it.
 */
export async function build(signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
  if (process.env[BUILT_VARIABLE] === '1') return;
  await run(process.execPath, [join(CHECKOUT, 'node_modules', '.bin', 'nx'), 'run-many', '-t', 'build'], {
    cwd: CHECKOUT,
    env: { NX_DAEMON: 'false', NX_TUI: 'false', NX_INTERACTIVE: 'false', PATH: withOwnPrograms() },
    signal,
    onLine,
  });
}

/** The PATH with this checkout's programs first, as npm scripts have it. */
export const withOwnPrograms = (): string => `${join(CHECKOUT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
