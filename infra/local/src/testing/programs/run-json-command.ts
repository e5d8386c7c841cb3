import { spawn } from 'node:child_process';

/** How a command with `--json` ended. */
export interface EndedCommand<Summary> {
  readonly code: number | null;
  /** Its last line on standard output. */
  readonly summary: Summary;
  /** What it told people, on standard error. */
  readonly told: string;
}

/**
 * Runs a command of this checkout from its sources, as its npm script does, until it ends.
 *
 * @param program its file
 * @param env beside this process' own; `BEZEL_STATE` keeps its stack apart from others
 * @throws Error with all it told when its last line is no JSON object
 */
export async function runJsonCommand<Summary>(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<EndedCommand<Summary>> {
  const child = spawn(process.execPath, ['--conditions=@bezel/source', program, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  );
  const last = output.stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`it ended with ${code} and no summary:\n${output.stderr}`);
  return { code, summary: JSON.parse(last) as Summary, told: output.stderr };
}
