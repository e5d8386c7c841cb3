import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { temporaryStackState } from '@bezel/local/testing';
import type { Summary } from '../report/summary.ts';

const DEMO = path.join(import.meta.dirname, '..', 'bin', 'demo.ts');

/** How a demo ended. */
export interface Ended {
  readonly code: number | null;
  readonly summary: Summary;
  /** What it told people. */
  readonly told: string;
  /** The stack it started has ended. */
  readonly stackEnded: boolean;
}

/** Runs the demo as `npm run demo` does, on a stack of its own with servers and data of its own. */
export async function demo(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  await using state = temporaryStackState();
  const child = spawn(process.execPath, ['--conditions=@bezel/source', DEMO, '--json', ...args], {
    env: { ...process.env, NODE_OPTIONS: '', BEZEL_STATE: state.path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const last = output.stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`the demo ended with ${code} and no summary:\n${output.stderr}`);
  return {
    code,
    summary: JSON.parse(last) as Summary,
    told: output.stderr,
    stackEnded: !existsSync(path.join(state.path, 'stack.json')),
  };
}
