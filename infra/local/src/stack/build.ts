import { join } from 'node:path';
import { run } from '../download/run.ts';
import { CHECKOUT } from './places.ts';

/** Builds what runs from `dist`, through Nx: what did not change comes from its cache. */
export async function build(signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
  await run(process.execPath, [join(CHECKOUT, 'node_modules', '.bin', 'nx'), 'run-many', '-t', 'build'], {
    cwd: CHECKOUT,
    env: { NX_DAEMON: 'false', NX_TUI: 'false', NX_INTERACTIVE: 'false', PATH: withOwnPrograms() },
    signal,
    onLine,
  });
}

/** The PATH with this checkout's programs first, as npm scripts have it. */
export const withOwnPrograms = (): string => `${join(CHECKOUT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
