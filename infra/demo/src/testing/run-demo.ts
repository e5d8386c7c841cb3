import { existsSync } from 'node:fs';
import path from 'node:path';
import { type EndedCommand, runJsonCommand, temporaryStackState } from '@bezel/local/testing';
import type { Summary } from '../report/summary.ts';

const DEMO = path.join(import.meta.dirname, '..', 'bin', 'demo.ts');

/** How a demo ended. */
export interface Ended extends EndedCommand<Summary> {
  /** The stack it started has ended. */
  readonly stackEnded: boolean;
}

/** Runs the demo as `npm run demo` does, on a stack of its own with servers and data of its own. */
export async function demo(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  await using state = temporaryStackState();
  const ended = await runJsonCommand<Summary>(DEMO, ['--json', ...args], { BEZEL_STATE: state.path, ...env });
  return { ...ended, stackEnded: !existsSync(path.join(state.path, 'stack.json')) };
}
