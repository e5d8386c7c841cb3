import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

/** Before the script: what it tells with, and after it: nothing of ours keeps its process alive. */
const PREAMBLE = `
const told = async (word) => {
  console.log(word);
  await new Promise((resolve) => process.stdin.once('data', resolve));
};
`;
const END = '\nprocess.stdin.destroy();';

/** A process that stops at each of its steps. */
export interface SteppedProcess extends AsyncDisposable {
  /** Settles with the next line it writes on standard output: the word of `await told(word)`, where it stops. */
  told(): Promise<string | undefined>;
  /** Lets it go on from where it stopped. */
  goOn(): void;
  /** How it ended: its exit code, and all it wrote on standard error. */
  ended(): Promise<{ readonly code: number | null; readonly complaints: string }>;
}

/**
 * Runs a module in a process of its own, from the sources, step by step: for what is seen only in whether a process ends, and how.
 * It stops at each `await told('a word')` until it is let go on.
 *
 * @param script an ECMAScript module; it imports by address
 */
export function runInSteps(script: string): SteppedProcess {
  const child = spawn(
    process.execPath,
    ['--conditions=@bezel/source', '--input-type=module', '-e', PREAMBLE + script + END],
    { stdio: 'pipe', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const exited = once(child, 'exit');
  const complaints = text(child.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    told: async () => (await lines.next()).value,
    goOn: () => child.stdin.write('\n'),
    ended: async () => {
      const [code] = await exited;
      return { code, complaints: await complaints };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL'); // nothing, once it has ended
      await exited;
    },
  };
}
