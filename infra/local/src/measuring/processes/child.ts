import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Methods, Question } from './serve.ts';

/** A program in a process of its own, asked through its methods. Disposing of it ends it. */
export interface Child<M extends Methods> extends AsyncDisposable {
  /** Rejects with what the method threw, when the process ends, and when the run is told to end. */
  ask<Name extends keyof M & string>(method: Name, args: Parameters<M[Name]>[0]): Promise<Awaited<ReturnType<M[Name]>>>;
  /** Sends a signal; settles when the process has ended, with what ended it or its exit code. */
  kill(signal: NodeJS.Signals): Promise<NodeJS.Signals | number>;
}

export interface SpawnOptions {
  readonly signal: AbortSignal;
  /** For Node itself. */
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const GRACE_MS = 5_000;

/** Starts a program that calls `serve`. */
export function startProcess<M extends Methods>(
  file: URL,
  { signal, nodeOptions = [], env = {} }: SpawnOptions,
): Child<M> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning',
      ...nodeOptions,
      fileURLToPath(file),
    ],
    { env: { ...process.env, ...env, NODE_OPTIONS: '' }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const ended = once(child, 'exit');
  const open = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => open.get(answer.id)?.(answer));
  child.on('exit', (code, how) => {
    for (const [id, settle] of open) settle({ id, error: `${file.pathname} ended: ${how ?? `exit code ${code}`}` });
  });
  let questions = 0;
  return {
    async ask(method, args) {
      signal.throwIfAborted();
      const id = questions;
      questions += 1;
      const answered = Promise.withResolvers<Answer>();
      const abort = (): void => answered.reject(signal.reason);
      open.set(id, answered.resolve);
      signal.addEventListener('abort', abort, { once: true });
      try {
        child.send({ id, method, args } satisfies Question);
        const { result, error } = await answered.promise;
        if (error !== undefined) throw new Error(error);
        return result as never;
      } finally {
        open.delete(id);
        signal.removeEventListener('abort', abort);
      }
    },
    async kill(how) {
      child.kill(how);
      await ended;
      return child.signalCode ?? child.exitCode ?? Number.NaN;
    },
    [Symbol.asyncDispose]: () => end(child, ended),
  };
}

/** Without its channel a program ends by itself; one that hangs is killed. */
async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (child.connected) child.disconnect();
  const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(force);
}
