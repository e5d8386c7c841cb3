import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program for Node, and how it is started. */
export interface Program {
  /** The file, as a `file:` URL or a path. */
  readonly program: URL | string;
  readonly args?: readonly string[];
  /** Beside what this process has. */
  readonly env?: Readonly<Record<string, string>>;
  /** For Node itself, such as `--import=tsx`. What this process was started with is not handed on. */
  readonly nodeOptions?: readonly string[];
}

/** How a program ended. */
export interface Ending {
  /** `late`: it had not ended by the deadline, and was killed for that. */
  readonly how: 'exit' | 'signal' | 'late';
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last it wrote to standard error. */
  readonly complaints: string;
}

const COMPLAINTS_AT_MOST = 2_000;

/** Runs a program to its end, with BEZEL_FAILPOINTS as given. Nothing of it is left when this settles. */
export async function runProgram(
  { program, args = [], env = {}, nodeOptions = [] }: Program,
  { failpoints, deadlineMs }: { readonly failpoints: string; readonly deadlineMs: number },
): Promise<Ending> {
  const file = program instanceof URL ? fileURLToPath(program) : program;
  const child: ChildProcess = spawn(process.execPath, [...nodeOptions, file, ...args], {
    env: { ...process.env, ...env, BEZEL_FAILPOINTS: failpoints },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-COMPLAINTS_AT_MOST);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, deadlineMs);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return { how: late ? 'late' : signal === null ? 'exit' : 'signal', code, signal, complaints: complaints.trim() };
  } finally {
    clearTimeout(timer);
  }
}
